"""Pieces of a function's name that are filled in later: stage variables of API Gateway (`${stageVariables.name}`) and
dynamic references (`{{resolve:ssm:/name}}`).

Source: API Gateway developer guide, stage variables; CloudFormation guide, dynamic references.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from saya.model.resolve import Alternatives
from saya.model.value import Given, Part, Reference, Text, Unknown, Value, always
from saya.pattern import pattern

if TYPE_CHECKING:
    from saya.facts.view import View

_PLACEHOLDER = pattern(r"\$\{stageVariables\.(\w+)\}|\{\{resolve:[^{}]+\}\}")
_STAGES = {
    "AWS::ApiGateway::Stage": ("Variables",),
    "AWS::ApiGateway::Deployment": ("StageDescription", "Variables"),
    "AWS::ApiGatewayV2::Stage": ("StageVariables",),
    "AWS::Serverless::Api": ("Variables",),
    "AWS::Serverless::HttpApi": ("StageVariables",),
}


def with_placeholders(view: View, text: Text) -> Alternatives:
    """A text with holes for what is filled in later; a stage variable is known where the template's stages agree."""
    if not any("stageVariables" in part.text or "{{resolve:" in part.text for part in text.parts):
        return always(text)
    pieces = [piece for part in text.parts for piece in _pieces(view, part)]

    def build(values: tuple[Value, ...]) -> Value:
        return Text(tuple(part for value in values if isinstance(value, Text) for part in value.parts))

    return view.resolver.product(pieces, build)


def _pieces(view: View, part: Part) -> list[Given]:
    if part.hole is not None:
        return [Given(always(Text((part,))), part.origin)]
    pieces, at = [], 0
    for match in (*_PLACEHOLDER.finditer(part.text), None):
        literal = part.text[at : match.start() if match else len(part.text)]
        if literal:
            pieces.append(Given(always(Text((part._replace(text=literal, start=part.start + at),))), part.origin))
        if match:
            dynamic = always(Text((Part("", Reference("dynamic", match[0]), part.origin),)))
            pieces.append(Given(_value_of(view, match[1], part) if match[1] else dynamic, part.origin))
            at = match.end()
    return pieces


def _value_of(view: View, name: str, part: Part) -> Alternatives:
    """What a variable is in the stages of the template; unknown where none has it or they differ."""
    found: list[Text] = []
    for type_, path in _STAGES.items():
        for declared in view.resolver.of_type(type_):
            found.extend(
                place.value for place in view.resolver.places(declared, (*path, name)) if isinstance(place.value, Text)
            )
    if found and all(value.key == found[0].key for value in found):
        return always(found[0])
    return always(Text((Part("", Unknown(f"the stage variable `{name}` decides it"), part.origin),)))
