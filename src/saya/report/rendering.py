"""Jinja templates of comments, ours and those of a project that override their blocks.

A project's templates come from the base revision and are its own words; the values they are given are inert Markdown
and plain data (text, numbers, lists, mappings), so that no template can say more than we hand it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from saya.errors import ConfigError
from saya.report.markdown import in_cell

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

NAMES = ("comment.md", "review.md", "summary.md")
OURS = "saya/"
LARGEST = 64 * 1024
LONGEST_REPEAT = 1_000

Plain = str | int | bool | None | list["Plain"] | dict[str, "Plain"]


class Templates:
    """The templates of one run. `own` are a project's, by name (see `NAMES`); they extend `saya/NAME`."""

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        self._environment = _environment(own) if own else _our_environment()

    def render(self, name: str, values: Mapping[str, Plain]) -> str:
        """The text of a template. Raises ConfigError where a project's own does not hold."""
        from jinja2 import TemplateError, TemplateSyntaxError

        try:
            return _tidied(self._environment.get_template(name).render(values))
        except TemplateSyntaxError as error:
            raise ConfigError(f"does not parse: {error.message}", path=error.name or name, line=error.lineno) from None
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            message = f"does not render: {error}; docs/comments.md says what it may use"
            raise ConfigError(message, path=name, line=_line_in_template(error)) from None


@cache
def _our_environment() -> SandboxedEnvironment:
    return _environment({})


def _environment(own: Mapping[str, str]) -> SandboxedEnvironment:
    from jinja2 import DictLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    for name, text in own.items():
        if name not in NAMES:
            raise ConfigError(f"no template of ours has this name; valid are {', '.join(NAMES)}", path=name)
        if len(text) > LARGEST:
            raise ConfigError(f"is longer than {LARGEST} characters", path=name)

    class Environment(ImmutableSandboxedEnvironment):
        """Refuses what makes long text of short: `"a" * 10**9`."""

        intercepted_binops = frozenset({"*", "**"})

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            if operator == "**" or any(isinstance(each, int) and each > LONGEST_REPEAT for each in (left, right)):
                raise ValueError(f"`{operator}` with numbers above {LONGEST_REPEAT} is not allowed")
            return super().call_binop(context, operator, left, right)

    ours = {OURS + name: _read(name) for name in NAMES}
    loader = DictLoader({**{name: ours[OURS + name] for name in NAMES}, **ours, **own})
    environment = Environment(
        loader=loader,
        undefined=StrictUndefined,
        autoescape=False,  # the values are inert Markdown already
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., Any]] = {"cell": in_cell, "counted": counted}
    environment.filters.update(filters)
    return environment


@cache
def _read(name: str) -> str:
    return Path(__file__).with_name("templates").joinpath(f"{name}.j2").read_text(encoding="utf-8")


def _line_in_template(error: Exception) -> int | None:
    """The line of the template at which it failed; Jinja puts it into the traceback."""
    line, at = None, error.__traceback__
    while at is not None:
        line = at.tb_lineno if at.tb_frame.f_code.co_filename == "<template>" else line
        at = at.tb_next
    return line


def counted(number: int, noun: str) -> str:
    """A number of things: `1 error`, `2 errors`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _tidied(text: str) -> str:
    """Text with one blank line where there are several, but within fences; so blocks need not count theirs."""
    lines: list[str] = []
    fence = ""
    for line in text.split("\n"):
        run = line[: len(line) - len(line.lstrip("`"))]
        if fence:
            fence = "" if line == fence else fence
        elif len(run) >= 3:
            fence = run
        elif not line.strip() and (not lines or not lines[-1].strip()):
            continue
        lines.append(line)
    return "\n".join(lines).strip("\n")
