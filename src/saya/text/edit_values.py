"""Values written in the manner of a file: short ones on one line here, blocks through cfn-flip.

A value is plain data as JSON has it, with intrinsic functions in their long form. What the short tags of YAML look
like, and how a resource is laid out, is cfn-flip's business; it is imported only when a block is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from saya.text.edit_manner import Manner, is_function
from saya.text.edit_scalars import Scalar, Writing, is_plain, write_scalar
from saya.text.edit_spots import innermost, scalars
from saya.text.node import ScalarNode, Style
from saya.text.source import Source, Span

Content = object
"""Plain data: a mapping with strings for keys, a list, or a scalar."""


def write_inline(content: Content, manner: Manner, *, flow: bool = False, style: Style = "plain") -> str:
    """A value on one line. `flow`: it stands in brackets; `style`: that of the scalar it replaces."""
    if manner.json:
        return json.dumps(content, ensure_ascii=False, separators=(",", ":") if manner.compact else None)
    if isinstance(content, Mapping):
        return _mapping(content, manner, flow=flow, style=style)
    if isinstance(content, list | tuple):
        return f"[{', '.join(write_inline(item, manner, flow=True) for item in content)}]"
    return write_scalar(_scalar(content), Writing(style, flow, manner.quote))


def write_block(content: Mapping[str, Content], manner: Manner, indent: int) -> str:
    """A mapping in YAML on lines of its own, as they follow a key: indented by `indent` columns, the first line too."""
    return "\n".join(" " * indent + line if line else line for line in _yaml_lines(content, manner))


def write_lines(content: Content, manner: Manner, before: str) -> str:
    """A value in JSON over several lines, the first without its margin; `before` is that of the others."""
    text = json.dumps(content, indent=manner.level, ensure_ascii=False)
    return text.replace("\n", manner.newline + before)


def is_inline(content: Content) -> bool:
    """Whether a value is written on one line: a scalar, an intrinsic function, a list of such."""
    if isinstance(content, Mapping):
        return len(content) == 1 and is_function(next(iter(content)))
    if isinstance(content, list | tuple):
        return all(is_inline(item) for item in content)
    return True


def _mapping(content: Mapping[str, Content], manner: Manner, *, flow: bool, style: Style) -> str:
    if len(content) == 1:
        [(name, argument)] = content.items()
        if is_function(name) and manner.short:
            return _short(name, argument, manner, flow=flow, style=style)
    keys = (write_scalar(key, Writing("plain", flow=True, quote=manner.quote)) for key in content)
    values = (write_inline(value, manner, flow=True) for value in content.values())
    return f"{{{', '.join(f'{key}: {value}' for key, value in zip(keys, values, strict=True))}}}"


def _short(name: str, argument: Content, manner: Manner, *, flow: bool, style: Style) -> str:
    tag = "!" + name.removeprefix("Fn::")
    if tag == "!GetAtt" and isinstance(argument, list | tuple) and all(isinstance(each, str) for each in argument):
        argument = ".".join(map(str, argument))
    if isinstance(argument, Mapping) and len(argument) == 1 and is_function(next(iter(argument))):
        # A short tag directly behind a short tag is one that CloudFormation does not read.
        [(nested, value)] = argument.items()
        text = f"{{{write_inline(nested, manner, flow=True)}: {write_inline(value, manner, flow=True)}}}"
        return f"{tag} {text}"
    named = tag in ("!Ref", "!GetAtt", "!Condition")
    return f"{tag} {write_inline(argument, manner, flow=flow, style='plain' if named else style)}"


def _scalar(content: Content) -> Scalar:
    if content is None or isinstance(content, str | int | float | bool):
        return content
    raise TypeError(f"{type(content).__name__} is no plain data")


def _yaml_lines(content: Mapping[str, Content], manner: Manner) -> list[str]:
    """cfn-flip's YAML, which indents by two and quotes what has a tag, in the author's indentation and quotes."""
    from cfn_flip import to_yaml  # costs as much as judging a template

    text = to_yaml(json.dumps(content), long_form=not manner.short).rstrip("\n")
    lines = _requoted(text, manner).split("\n")
    return [" " * ((len(line) - len(line.lstrip(" "))) // 2 * manner.indent) + line.lstrip(" ") for line in lines]


def _requoted(text: str, manner: Manner) -> str:
    from saya.text.parse_yaml import parse_yaml

    root = parse_yaml(Source("", text))
    out, at = [], 0
    for scalar in _quoted(root) if root is not None else ():
        flow = innermost(root, Span(scalar.start, scalar.end)).flow if root is not None else False
        style: Style = "plain" if is_plain(scalar.text, flow=flow) else "single"
        wanted: Style = "double" if style == "single" and manner.quote == '"' else style
        out += [text[at : scalar.start], write_scalar(scalar.text, Writing(wanted, flow, manner.quote))]
        at = scalar.end
    return "".join([*out, text[at:]])


def _quoted(root: object) -> Iterator[ScalarNode]:
    from saya.text.node import Node

    if isinstance(root, Node):
        yield from (
            scalar
            for scalar in scalars(root)
            if scalar.style in ("single", "double") and "\n" not in scalar.source.text[scalar.start : scalar.end]
        )
