"""What can go wrong, and whose it is.

SayaError                  base: never raised itself
├── UserError              the user's mistake: one line, `file:line:column: what is wrong; what would be valid`; exit 2
│   ├── ParseError         a file that is not the YAML or JSON it claims to be
│   ├── TemplateError      a file that parses and is no valid template
│   ├── PolicyError        one problem of a policy file
│   ├── PolicySetError     a set of policies that does not load whole: all problems of all files, one a line
│   ├── ConfigError        a configuration file or an argument that does not hold
│   ├── SynthesisError     a program that makes templates and failed; what could be read is judged without it
│   └── BaseUnavailableError   a deployed stack that cannot be read; head is judged without it
├── GitHubError            GitHub refused, or could not be reached; posting goes on without, judging fails closed
└── (anything else)        a bug of ours; exit 3
"""

from __future__ import annotations

from typing import Literal

GitHubErrorKind = Literal["forbidden", "missing", "conflict", "invalid", "limited", "unavailable"]


class SayaError(Exception):
    """Base of every error that Saya raises on purpose."""


class UserError(SayaError):
    """A mistake in what the user gave: a file, an argument, a configuration.

    `path`, `line` and `column` (1-based; None where there is no such place) say where; `message` says what is
    wrong and what would be valid, in one line.
    """

    kind = "usage"

    def __init__(
        self, message: str, *, path: str | None = None, line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line
        self.column = column

    def __str__(self) -> str:
        place = [str(part) for part in (self.path, self.line, self.column) if part is not None]
        return f"{':'.join(place)}: {self.message}" if place else self.message


class ParseError(UserError):
    """A file that is not the YAML or JSON it claims to be."""

    kind = "syntax"


class TemplateError(UserError):
    """A file that parses but is no valid template."""

    kind = "template"


class PolicyError(UserError):
    """One problem of a policy file."""

    kind = "policy"


class ConfigError(UserError):
    """A configuration file or an argument that does not hold."""

    kind = "config"


class BaseUnavailableError(UserError):
    """A deployed stack to compare with that cannot be read. Head is judged all the same."""

    kind = "base"


class SynthesisError(UserError):
    """A program that makes templates, and failed. `tail` is the end of what it printed, by lines."""

    kind = "synthesis"

    def __init__(self, message: str, tail: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.tail = tail


class PolicySetError(UserError):
    """A set of policies that does not load whole. `problems` are all problems of all of its files, in order."""

    kind = "policy"

    def __init__(self, problems: tuple[PolicyError, ...]) -> None:
        first = problems[0]
        super().__init__(first.message, path=first.path, line=first.line, column=first.column)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class GitHubError(SayaError):
    """GitHub did not do what was asked.

    Attributes:
        kind: `forbidden` (the token may not), `missing` (not there, or not to be seen by this token), `conflict`,
            `invalid` (GitHub takes the request for wrong), `limited` (more requests than it takes for now) or
            `unavailable` (an error of its own, no answer in time, an answer that cannot be read).
        uncertain: whether it may have been done all the same.
    """

    def __init__(self, message: str, *, kind: GitHubErrorKind, uncertain: bool = False) -> None:
        super().__init__(message)
        self.kind = kind
        self.uncertain = uncertain
