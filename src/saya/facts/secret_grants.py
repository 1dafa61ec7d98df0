"""Whether the handler of a custom resource may read a secret, by the grants that its template has.

Source: IAM actions of Secrets Manager and Systems Manager; a secret's ARN ends in its name, a hyphen and six
characters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Any

from saya.facts.iam_statements import Statement, entries
from saya.facts.role_policies import RolePolicies
from saya.facts.view import View
from saya.model.lambda_names import read_function_name
from saya.model.resolve import TemplateResource
from saya.model.value import Absent, Reference, Text, Unknown

_ACTIONS = {"secretsmanager": "secretsmanager:getsecretvalue", "ssm-secure": "ssm:getparameter"}
_COMMON_KEY = "alias/aws/secretsmanager"
_OWN_TYPE = "AWS::SecretsManager::Secret"
_SAM_POLICY = ("Policies", "[]", "AWSSecretsManagerGetSecretValuePolicy", "SecretArn")


def reading(view: View, declared: TemplateResource, service: str, name: Text) -> dict[str, Any]:
    """The fields of a reference in a custom resource that say what its handler could be given instead."""
    reference = name.reference
    secret = view.resolver.resources.get(reference.name) if reference is not None else None
    return {
        "secret": view.resource(secret) if secret is not None and secret.type == _OWN_TYPE else None,
        "spelled": name.literal,
        "readable": _readable(view, declared, service, name, secret),
    }


def _readable(
    view: View, declared: TemplateResource, service: str, name: Text, secret: TemplateResource | None
) -> bool | Unknown:
    has_key = secret is not None and _has_key(view, secret)
    found: list[bool] = []
    for option in view.resolver.option(declared, "ServiceToken"):
        named = read_function_name(option.value) if isinstance(option.value, Text) else None
        functions = view.named(named.name) if named is not None else None
        if functions is None:
            return False
        if isinstance(functions, Unknown):
            return functions
        for _, function in functions:
            found.append(_may_read(view, function, service, name) and (not has_key or _may_decrypt(view, function)))
    return bool(found) and all(found)


def _has_key(view: View, secret: TemplateResource) -> bool:
    """Whether a secret is encrypted with a key that is not everybody's of the account."""
    values = (option.value for option in view.resolver.option(secret, "KmsKeyId"))
    return any(
        value is not Absent.NO_VALUE and not (isinstance(value, Text) and value.literal == _COMMON_KEY)
        for value in values
    )


def _may_read(view: View, function: TemplateResource, service: str, name: Text) -> bool:
    if _may(view, function, _ACTIONS[service], lambda resource: _covers(resource, name)):
        return True
    if service == "secretsmanager":
        granted = (place.value for place in view.resolver.places(function, _SAM_POLICY))
        return any(isinstance(value, Text) and _covers(value, name) for value in granted)
    return False


def _may_decrypt(view: View, function: TemplateResource) -> bool:
    """Whether a function may use some key: a secret with a key of its own cannot be read without."""
    return _may(view, function, "kms:decrypt", lambda _: True)


def _may(view: View, function: TemplateResource, action: str, covers: Callable[[Text], bool]) -> bool:
    statements = view.once(RolePolicies).of(function)
    return any(map(covers, view.once(_Allowed).by(statements, action)))


class _Allowed:
    """What statements allow, read once for all secrets."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._known: dict[tuple[int, str], tuple[Text, ...]] = {}  # by the identity of the statements

    def by(self, statements: tuple[Statement, ...], action: str) -> tuple[Text, ...]:
        """The resources on which these statements allow an action, each once."""
        known = self._known.get((id(statements), action))
        if known is None:
            texts = {text.key: text for each in statements for text in _allowed(self._view, each, action)}
            known = self._known[id(statements), action] = tuple(texts.values())
        return known


def _allowed(view: View, statement: Statement, action: str) -> Iterator[Text]:
    if entries(view, statement, "Condition"):
        return  # whether it holds for the handler is not looked at
    effects = [place.value for place in entries(view, statement, "Effect")]
    if not all(isinstance(value, Text) and value.literal == "Allow" for value in effects):
        return
    actions = [place.value for place in entries(view, statement, "Action")]
    if not any(isinstance(value, Text) and fnmatchcase(action, value.masked.lower()) for value in actions):
        return
    resources = (place.value for place in entries(view, statement, "Resource"))
    yield from (value for value in resources if isinstance(value, Text))


def _covers(pattern: Text, name: Text) -> bool:
    """Whether a Resource matches a secret or parameter: everything, the same reference, or an ARN that ends in its
    name.
    """
    if pattern.masked == "*" or (pattern.key == name.key and pattern.unknown is None):
        return True
    if name.literal is None or any(_is_opaque(part.hole) for part in pattern.parts):
        return False
    shown = "".join("*" if part.hole is not None else part.text for part in pattern.parts)
    for kind, asked in ((":secret:", f"{name.literal}-abcdef"), (":parameter/", name.literal.lstrip("/"))):
        _, found, tail = shown.partition(kind)
        if found and fnmatchcase(asked, tail):
            return True
    return fnmatchcase(name.literal, shown)


def _is_opaque(hole: object) -> bool:
    """Whether a hole may stand for a part of a name: all but the region, account and partition."""
    return hole is not None and not (isinstance(hole, Reference) and hole.kind == "pseudo")
