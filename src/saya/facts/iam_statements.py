"""The statements of the policy documents that a template holds."""

from __future__ import annotations

from collections.abc import Iterator

from saya.facts.view import View
from saya.model.resolve import Place, TemplateResource
from saya.model.value import Bound, Given, Mapping, Text, Thunk, always
from saya.record import NamedTuple

_INLINE = ("Policies", "[]", "PolicyDocument")
_OWN = ("PolicyDocument",)
_SAM = ("Policies", "[]")

_DOCUMENTS: dict[str, tuple[str, ...]] = {
    "AWS::IAM::Role": _INLINE,
    "AWS::IAM::User": _INLINE,
    "AWS::IAM::Group": _INLINE,
    "AWS::IAM::Policy": _OWN,
    "AWS::IAM::ManagedPolicy": _OWN,
    "AWS::IAM::RolePolicy": _OWN,
    "AWS::IAM::UserPolicy": _OWN,
    "AWS::IAM::GroupPolicy": _OWN,
    "AWS::SSO::PermissionSet": ("InlinePolicy",),
    "AWS::Logs::ResourcePolicy": _OWN,
    "AWS::Logs::LogGroup": ("ResourcePolicyDocument",),
    "AWS::Serverless::Function": _SAM,
    "AWS::Serverless::StateMachine": _SAM,
}
"""Where permissions are written; trust policies name no resources. Source: the CloudFormation and SAM references."""


class Statement(NamedTuple):
    """A statement of a policy document; `place.value` is its mapping."""

    declared: TemplateResource
    place: Place


def statements(view: View) -> Iterator[Statement]:
    """Every statement of the template's policy documents, also of those in JSON text; unknown ones are left out."""
    for type_, steps in _DOCUMENTS.items():
        for declared in view.resolver.of_type(type_):
            for document in view.resolver.places(declared, steps):
                yield from _of_document(view, declared, document)


def _of_document(view: View, declared: TemplateResource, document: Place) -> Iterator[Statement]:
    if isinstance(document.value, Text):
        from saya.model.embedded import read_document  # few templates need it

        given = Given(read_document(view.resolver, Bound(document.at, declared.scope), _no_placeholder), document.at)
    else:
        given = Given(always(document.value), document.at)
    for place in view.resolver.walk(given, ("Statement", "[]"), document.guard, document.path, document.parents):
        if isinstance(place.value, Mapping):
            yield Statement(declared, place)


def _no_placeholder(_: str) -> Thunk | None:
    return None


def entries(view: View, statement: Statement, key: str) -> list[Place]:
    """The items of a statement's `Action` or `Resource`, one or a list, in all alternatives."""
    place = statement.place
    given = Given(always(place.value), place.at)
    return list(view.resolver.walk(given, (key, "[]"), place.guard, place.path, place.parents))
