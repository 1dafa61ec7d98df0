"""The statements by which a caller's role may invoke a function, and what of them has to change for an alias.

A statement names resources, and takes the alias beside the function. Source: Lambda guide, identity-based policies.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from saya.facts.iam_statements import Statement, entries
from saya.facts.moves import Move
from saya.facts.role_policies import RolePolicies
from saya.facts.targets import names_alias
from saya.facts.view import View
from saya.model.lambda_names import read_function_name
from saya.model.resolve import TemplateResource
from saya.model.value import Mapping, Text, Unknown
from saya.pattern import pattern
from saya.record import NamedTuple
from saya.text.node import SequenceNode

_ACTION = "lambda:invokefunction"
_EVERY = pattern(r"\*|arn:[^:]*:lambda:[^:]*:[^:]*:(?:function:)?\*")
MOST_STATEMENTS = 50
ELSEWHERE = "what lets it invoke the function is not in this template"


class _Read(NamedTuple):
    """What a statement lets invoke: every function; those of which all that begins alike; those named bare; what is
    behind a name. `move` is the change that adds an alias.
    """

    every: bool
    stems: frozenset[str]
    named: frozenset[str]
    qualifiers: tuple[Text, ...]
    move: Move | None


_NOTHING = _Read(False, frozenset(), frozenset(), (), None)


class Grants:
    """The grants of a template. Everything is read when it is first asked for."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._known: dict[tuple[int, str, str | None], list[Move | None]] = {}  # by the identity of the statements
        self._read: dict[int, _Read] = {}

    def of_role(self, caller: TemplateResource, function: str, alias: str | None) -> list[Move] | str:
        """What has to change in the statements by which a caller's role may invoke a function; nothing where they allow
        the alias already. Else why it cannot be told. `alias` is None for one that is still to be made.
        """
        statements = self.view.once(RolePolicies).of(caller)
        moves = self._known.get((id(statements), function, alias))
        if moves is None:
            moves = self._known[id(statements), function, alias] = self._in_all(statements, function, alias)
        if len(moves) > MOST_STATEMENTS:
            return f"more than {MOST_STATEMENTS} statements of its role let it invoke the function"
        if moves:
            return [each for each in moves if each is not None]
        return [] if self._by_template(caller, function) else ELSEWHERE

    def _in_all(self, statements: tuple[Statement, ...], function: str, alias: str | None) -> list[Move | None]:
        """Where the alias has to be added; None alone where a statement allows it already."""
        moves: list[Move | None] = []
        for statement in statements:
            read = self._read.get(id(statement))
            if read is None:
                read = self._read[id(statement)] = self._understood(statement)
            if read.every or function in read.stems or self._names_alias(read, function, alias):
                return [None]
            if function in read.named and read.move is not None:
                moves.append(read.move)
        return moves

    def _named(self, value: object) -> list[str]:
        """The functions that a value names without a qualifier."""
        named = read_function_name(value) if isinstance(value, Text) else None
        if named is None or named.qualifier is not None:
            return []
        functions = self.view.named(named.name)
        return [] if functions is None or isinstance(functions, Unknown) else [each.id for _, each in functions]

    def _understood(self, statement: Statement) -> _Read:
        view = self.view
        effect = [place.value for place in entries(view, statement, "Effect")]
        if not all(isinstance(value, Text) and value.literal == "Allow" for value in effect):
            return _NOTHING
        actions = [place.value for place in entries(view, statement, "Action")]
        if not any(isinstance(value, Text) and fnmatchcase(_ACTION, value.masked.lower()) for value in actions):
            return _NOTHING
        every, stems, named, qualifiers = False, set[str](), set[str](), []
        for text in (place.value for place in entries(view, statement, "Resource")):
            if not isinstance(text, Text):
                continue
            masked = text.masked
            named.update(self._named(text))
            every = every or _EVERY.fullmatch(masked) is not None
            if masked.endswith("*"):
                stems.update(self._named(text.slice(0, len(masked.rstrip("*").rstrip(":")))))
            elif (name := read_function_name(text)) is not None and name.qualifier is not None:
                qualifiers.append(name.qualifier)
        return _Read(every, frozenset(stems), frozenset(named), tuple(qualifiers), self._move(statement))

    def _move(self, statement: Statement) -> Move | None:
        """The change that adds an alias to a statement; None where it takes no further item."""
        value = statement.place.value
        thunk = value.entries.get("Resource") if isinstance(value, Mapping) else None
        if thunk is None:
            return None
        texts = all(isinstance(option.value, Text) for option in self.view.resolver.alternatives(thunk))
        if not texts and not isinstance(thunk.node, SequenceNode):
            return None  # a list that a function makes takes no further item
        property_ = ".".join(map(str, (*statement.place.path, "Resource")))
        return Move(at=thunk.node.location, resource=statement.declared.id, property=property_, change="extended")

    def _names_alias(self, read: _Read, function: str, alias: str | None) -> bool:
        if not read.qualifiers:
            return False
        uses = [use for use in self.view.aliases.get(function, ()) if use.alias.id == alias]
        return any(names_alias(qualifier, use) for qualifier in read.qualifiers for use in uses)

    def _by_template(self, caller: TemplateResource, function: str) -> bool:
        """Whether SAM's LambdaInvokePolicy lets the caller invoke the function; it covers aliases.

        Source: aws-sam-translator, policy templates.
        """
        for place in self.view.resolver.places(caller, ("Policies", "[]", "LambdaInvokePolicy", "FunctionName")):
            if function in self._named(place.value):
                return True
        return False
