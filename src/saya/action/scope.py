"""Which files concern a judgement: those that may be templates, those that a template may name, what links lead to."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from saya.errors import UserError
from saya.sources.base import Candidate
from saya.sources.baseline import Baseline
from saya.sources.cloudformation import may_be_template, unescaped
from saya.sources.sam import CONFIGS
from saya.sources.serverless import may_be_service
from saya.sources.workspace import LEFT_OUT, SUFFIXES, find_candidates, read_bytes

# A path of a template, as another names it.
_NAMED = rb"""[^\s"'\[\]{},/]+\.(?:json|ya?ml|template)\b"""
_NESTING = (b"AWS::CloudFormation::Stack", b"AWS::Serverless::Application")


def may_hold_template(path: str, scope: Iterable[str] = ()) -> bool:
    """Whether a file may be a template by its name and place; `scope` are the paths that are to be judged, in which
    folders count that are left out elsewhere.
    """
    if path.lower().endswith(SUFFIXES) and not LEFT_OUT.intersection(path.split("/")[:-1]):
        return True
    for each in map(posixpath.normpath, scope):
        if path == each:
            return True
        between = path.removeprefix(f"{each}/").split("/")[:-1]
        if path.startswith(f"{each}/") and path.lower().endswith(SUFFIXES) and not LEFT_OUT.intersection(between):
            return True
    return False


def concerns_templates(baseline: Baseline, scope: Iterable[str]) -> bool:
    """Whether any file that differs may be a template, says how one is deployed, or may be named by one."""
    changed = baseline.changed
    if changed is None:
        return True
    scope = tuple(scope)
    paths = {*changed, *baseline.renamed.values()}
    if any(may_hold_template(path, scope) or posixpath.basename(path) in CONFIGS for path in paths):
        return True
    if not changed:
        return False
    # What a program is made of may be any file.
    if any(posixpath.basename(path) == "cdk.json" for path in baseline.files.below("")):
        return True
    return _is_named(baseline, paths, scope)


def _is_named(baseline: Baseline, paths: Iterable[str], scope: tuple[str, ...]) -> bool:
    """Whether a template may name one of these files, or is one of them behind a link."""
    files = {baseline.root / path for path in paths}
    endings = endings_of(paths)
    for found in find_candidates(scope):
        try:
            if isinstance(found, Candidate) and (found.path in files or names_any(read_bytes(found), endings)):
                return True
        except UserError:
            return True  # it is told when the file is judged
    return False


def endings_of(paths: Iterable[str]) -> frozenset[bytes]:
    """How the names of these files end. The rest of a name may be put together by the template."""
    names = (posixpath.basename(path) for path in paths)
    endings = (posixpath.splitext(name)[1] or name for name in names)
    return frozenset(ending.encode("utf-8", "surrogateescape") for ending in endings)


def names_any(data: bytes, endings: Iterable[bytes]) -> bool:
    """Whether a file may be a template and name a file that ends so."""
    if not (may_be_template(data) or may_be_service(data)):
        return False
    data = unescaped(data)
    return any(ending in data for ending in endings)


def nested_in(templates: Mapping[str, bytes], others: Iterable[str], read: Callable[[str], bytes]) -> Iterator[str]:
    """Those of the other files that these templates, or what is found, may nest; each is `read` to go on."""
    left: dict[bytes, list[str]] = {}
    for path in others:
        left.setdefault(posixpath.basename(path).encode("utf-8", "surrogateescape"), []).append(path)
    waiting = list(templates.values())
    while waiting:
        data = unescaped(waiting.pop())
        names = set(re.findall(_NAMED, data)) if any(mark in data for mark in _NESTING) else ()
        for path in (path for name in sorted(names) for path in left.pop(name, ())):
            yield path
            waiting.append(read(path))
