"""What a piece of a template comes to.

A value is known as far as the template decides it. Text is a sequence of parts, each a literal or a hole; an ARN put
together from literals and references keeps its shape. What the template does not decide is `Unknown`, with the
reason; `Unknown` is never the same as absent.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Literal

from saya.model.guard import ALWAYS, Guard
from saya.pattern import pattern
from saya.record import NamedTuple

if TYPE_CHECKING:
    from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode

_ODD = pattern(r"[^0-9A-Za-z]")
MASK = 0xE000
"""The first private-use code point that stands for a hole in `Text.masked`."""

ReferenceKind = Literal["resource", "parameter", "pseudo", "import", "output", "dynamic"]


class Unknown(NamedTuple):
    """What the template does not decide. `reason` completes the sentence "cannot tell: ..." and names what would
    decide it.
    """

    reason: str


class Reference(NamedTuple):
    """What a hole stands for.

    kind       resource: `name` is a logical ID, `attribute` None for Ref, else the attribute; parameter and pseudo:
               `name` is the parameter; import: the export's name; output: a nested stack's output; dynamic: a
               `{{resolve:...}}` text
    """

    kind: ReferenceKind
    name: str
    attribute: str | None = None

    def __str__(self) -> str:
        return self.name if self.attribute is None else f"{self.name}.{self.attribute}"


class Part(NamedTuple):
    """A stretch of a text: a literal (`hole` is None) or a hole (`text` is empty).

    `origin` is the node where it stands, which may be in Mappings, in a parameter's Default or in Globals; `start` is
    the index in that node's text at which a literal begins.
    `expanded` names the reference whose known shape this part came from: `${Fn.Arn}` becomes the parts of an ARN, each
    with `expanded = Reference("resource", "Fn", "Arn")`.
    """

    text: str
    hole: Reference | Unknown | None
    origin: Node
    start: int = 0
    expanded: Reference | None = None


class Text(NamedTuple):
    """A string, number or boolean. Numbers and booleans are their text: CloudFormation compares them so."""

    parts: tuple[Part, ...]

    @property
    def literal(self) -> str | None:
        """The whole text where it has no hole, else None."""
        if len(self.parts) == 1:
            part = self.parts[0]
            return part.text if part.hole is None else None
        if any(part.hole is not None for part in self.parts):
            return None
        return "".join(part.text for part in self.parts)

    @property
    def reference(self) -> Reference | None:
        """The reference that is the whole text, else None."""
        if len(self.parts) == 1 and isinstance(self.parts[0].hole, Reference):
            return self.parts[0].hole
        return None

    @property
    def unknown(self) -> Unknown | None:
        """The first unknown hole, if there is one."""
        for part in self.parts:
            if isinstance(part.hole, Unknown):
                return part.hole
        return None

    @property
    def key(self) -> tuple[object, ...]:
        """What the text is, whatever its origins: equal keys are equal texts, unless a hole is unknown."""
        out: list[object] = []
        for part in self.parts:
            if part.hole is not None:
                out.append(part.hole)
            elif out and isinstance(out[-1], str):
                out[-1] += part.text
            elif part.text:
                out.append(part.text)
        return tuple(out)

    @property
    def masked(self) -> str:
        """The text with its holes as single private-use characters, so that its shape can be matched; see `slice`."""
        out, holes = [], 0
        for part in self.parts:
            if part.hole is None:
                out.append(part.text)
            else:
                out.append(chr(MASK + holes))
                holes += 1
        return "".join(out)

    def slice(self, start: int, end: int) -> Text:
        """The part of the text between two indices of its masked form."""
        out, at = [], 0
        for part in self.parts:
            size = 1 if part.hole is not None else len(part.text)
            low, high = max(start - at, 0), min(end - at, size)
            if low < high:
                out.append(
                    part if size == high - low else part._replace(text=part.text[low:high], start=part.start + low)
                )
            at += size
        return Text(tuple(out))

    def __str__(self) -> str:
        """As a person would write it: holes as `${Name}`."""
        return "".join(part.text if part.hole is None else shown(part.hole) for part in self.parts)


def shown(hole: Reference | Unknown) -> str:
    """A hole as a person would write it."""
    return f"${{{hole}}}" if isinstance(hole, Reference) else "${?}"


class Absent(Enum):
    """`AWS::NoValue`: as if the property were not written."""

    NO_VALUE = "AWS::NoValue"


class Bound(NamedTuple):
    """A node that is resolved when it is needed. `scope` has the loop variables of `Fn::ForEach` that are in force."""

    node: Node
    scope: Scope


class Given(NamedTuple):
    """A value that is computed already, seen at `node`."""

    alternatives: tuple[Alternative, ...]
    node: Node


Thunk = Bound | Given
Scope = tuple[tuple[str, str], ...]
NO_SCOPE: Scope = ()


class Mapping(NamedTuple):
    """A mapping. `entries` are resolved one by one; `rest` says why further keys may exist (a macro adds them), else
    None.
    """

    entries: dict[str, Thunk]
    node: MappingNode
    rest: Unknown | None = None


class Sequence(NamedTuple):
    """A list. `rest` says why further items may follow (`Fn::Split` of an opaque value), else None."""

    items: tuple[Thunk, ...]
    node: Node | SequenceNode
    rest: Unknown | None = None


Value = Text | Mapping | Sequence | Unknown | Absent


class Alternative(NamedTuple):
    """A value and when it holds. `node` is the branch of `Fn::If` that it is, where the value was written with
    branches.
    """

    guard: Guard
    value: Value
    node: Node | None = None


def with_variables(text: str, scope: Scope) -> str:
    """A text with the loop variables put in: `${Name}`, and `&{Name}` without what is no letter or digit."""
    if scope and "{" in text:
        for name, value in reversed(scope):
            text = text.replace(f"${{{name}}}", value).replace(f"&{{{name}}}", _ODD.sub("", value))
    return text


def scalar_text(node: ScalarNode) -> str:
    """A scalar as CloudFormation compares it: booleans in lower case."""
    return node.text.lower() if node.kind == "bool" else node.text


def literal(text: str, origin: Node) -> Text:
    """A text without holes."""
    return Text((Part(text, None, origin),))


def always(value: Value) -> tuple[Alternative, ...]:
    """The one alternative that holds whatever the conditions."""
    return (Alternative(ALWAYS, value),)
