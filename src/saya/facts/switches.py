"""Callers that a template switches off.

Source: resource schemas of AWS::Events::Rule, AWS::Scheduler::Schedule (State), AWS::Lambda::EventSourceMapping
(Enabled) and AWS::Pipes::Pipe (DesiredState); SAM specification, properties of the events that become them.
"""

from __future__ import annotations

from saya.facts.view import View
from saya.model.resolve import TemplateResource
from saya.model.value import Text

_STATE, _ENABLED = ("State", "DISABLED"), ("Enabled", "false")
_SWITCHES = {
    "AWS::Events::Rule": (_STATE,),
    "AWS::Scheduler::Schedule": (_STATE,),
    "AWS::Lambda::EventSourceMapping": (_ENABLED,),
    "AWS::Pipes::Pipe": (("DesiredState", "STOPPED"),),
    "AWS::Serverless::Function": (_STATE, _ENABLED),
}


def is_switched_off(view: View, declared: TemplateResource, event: tuple[str, ...] = ()) -> bool:
    """Whether a caller invokes nobody whatever the conditions are. `event` leads to an event of a SAM function."""
    before = (*event, "Properties") if event else ()
    if declared.type == "AWS::Serverless::Function" and not event:
        return False
    for name, off in _SWITCHES.get(declared.type, ()):
        values = [place.value for place in view.resolver.places(declared, (*before, name))]
        if values and all(isinstance(value, Text) and value.literal == off for value in values):
            return True
    return False
