"""Loading policies: all of a set, or all of its problems.

A policy that is half understood would turn a control off in silence, so a set that does not load whole stops the run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path, PurePath

from saya.errors import ParseError, PolicyError, PolicySetError
from saya.pattern import pattern
from saya.policy.compiled import compiled_policy
from saya.policy.language import Policy
from saya.text.source import Source

SUFFIXES = (".yml", ".yaml")

_TESTS = pattern(r"^tests:[^\n]*\n", re.MULTILINE)
_TOP_LEVEL = pattern(r"^[^\s#]", re.MULTILINE)


def built_in_directory() -> Path:
    """Where the built-in policies are: inside the installed package, or at the top of a checkout."""
    package = Path(__file__).parents[1]
    packaged = package / "policies"
    return packaged if packaged.is_dir() else package.parents[1] / "policies"


def load_policies(
    directories: Iterable[Path] = (),
    *,
    built_in: bool = True,
    tests: bool = False,
    others: Iterable[Source] = (),
) -> tuple[Policy, ...]:
    """The built-in policies, those of these directories and `others`, by id.

    `tests` also reads and checks their examples, which cost more than all the rest. Raises PolicySetError.
    """
    sources: list[Source] = []
    problems: list[PolicyError] = []
    for directory in ([built_in_directory()] if built_in else []) + list(directories):
        _read_directory(directory, sources, problems)
    return load_sources([*sources, *others], tests=tests, problems=problems)


def load_sources(
    sources: Iterable[Source], *, tests: bool = False, problems: Iterable[PolicyError] = ()
) -> tuple[Policy, ...]:
    """The policies that these files hold, by id. `problems` are those found before. Raises PolicySetError."""
    noted = list(problems)
    policies: dict[str, Policy] = {}
    for source in sources:
        policy, found = _read(source, tests=tests)
        noted.extend(sorted(found, key=lambda problem: (problem.line or 0, problem.column or 0)))
        if policy is None:
            continue
        if policy.id in policies:
            message = f"a policy `{policy.id}` is already in {policies[policy.id].at.path}; choose another id"
            noted.append(PolicyError(message, path=source.path, line=1, column=1))
        policies.setdefault(policy.id, policy)
    if noted:
        raise PolicySetError(tuple(noted))
    return tuple(policies[id_] for id_ in sorted(policies))


def _read_directory(directory: Path, sources: list[Source], problems: list[PolicyError]) -> None:
    try:
        paths = sorted(path for path in directory.iterdir() if path.suffix in SUFFIXES)
    except OSError as error:
        problems.append(PolicyError(f"no directory of policies: {error.strerror}", path=str(directory)))
        return
    if not paths:
        problems.append(PolicyError("no policies in this directory; a policy is a .yml file", path=str(directory)))
    for path in paths:
        try:
            text = path.read_bytes().decode("utf-8")
        except OSError as error:
            problems.append(PolicyError(f"cannot be read: {error.strerror}", path=str(path)))
        except UnicodeDecodeError:
            problems.append(PolicyError("is not UTF-8; save it as UTF-8", path=str(path)))
        else:
            sources.append(Source(str(path), text.removeprefix("\ufeff"), bom=text.startswith("\ufeff")))


def _read(source: Source, *, tests: bool) -> tuple[Policy | None, list[PolicyError]]:
    if not tests:
        if (known := compiled_policy(source)) is not None:
            return known, []
        source = without_tests(source)
    from saya.policy.policy_file import PolicyFile
    from saya.text.parse_yaml import parse_yaml

    duplicates: list[ParseError] = []
    try:
        root = parse_yaml(source, core_schema=True, duplicates=duplicates)
    except ParseError as error:
        return None, [_policy_error(error)]
    if root is None:
        return None, [PolicyError("the file is empty; a policy is a mapping", path=source.path, line=1, column=1)]
    file = PolicyFile(root, PurePath(source.path).stem)
    policy = file.read()
    noted = [_policy_error(error) for error in duplicates] + file.reader.problems
    return (None if noted else policy), noted


def without_tests(source: Source) -> Source:
    """The file without its examples, where they are its last section; positions stay what they are."""
    begin = _TESTS.search(source.text)
    if begin is None or _TOP_LEVEL.search(source.text, begin.end()):
        return source
    return Source(source.path, source.text[: begin.start()], bom=source.bom)


def _policy_error(error: ParseError) -> PolicyError:
    return PolicyError(error.message, path=error.path, line=error.line, column=error.column)
