"""Head and base of a pull request without a checkout: what changes is read over the API, as data.

Head's changed files are written into a folder of ours, where they are judged as in a work tree; base is read where it
is. Nothing of head is a link there, and nothing is run.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

from saya.action.scope import endings_of, may_hold_template, names_any, nested_in
from saya.errors import ConfigError
from saya.github.contents import LARGEST, LINK, Contents, RemoteFiles, Tree
from saya.settings import CONFIG_PATH
from saya.sources.baseline import Baseline
from saya.sources.revision import Differences
from saya.sources.sam import CONFIGS

MOST_BYTES = 256 * 1024 * 1024
MOST_BESIDE = 300  # unchanged files that are read to see whether they name a changed one
_NO_CHECKOUT = "the head of this change holds a path that no checkout can have"
_TOO_LARGE = "check it out with `fetch-depth: 0` and it is read from there"


def open_remote(contents: Contents, base: str, head: str, folder: Path, scope: Iterable[str]) -> Baseline:
    """Write what head changes into a folder; what it is compared with.

    `base` and `head` are commits, `scope` the paths that are to be judged: those that this change does not touch are
    made, so that they are found. Raises GitHubError, or ConfigError where the repository is too large to be read so.
    """
    before, after = contents.tree(base), contents.tree(head)
    if not (before.complete and after.complete):
        raise ConfigError(f"the repository has more files than GitHub lists at once; {_TOO_LARGE}")
    blobs: dict[str, bytes] = {}
    olds, news = RemoteFiles(contents, before, blobs), RemoteFiles(contents, after, blobs)
    differences = differences_between(before, after)
    scope = tuple(scope)
    links = _links(contents, news, differences)
    wanted = sorted({*_wanted(olds, news, differences, scope), *links.values()})
    if sum(after.entries[path].size for path in wanted if news.has(path)) > MOST_BYTES:
        raise ConfigError(f"this change holds more than {MOST_BYTES // 1024 // 1024} MB of templates; {_TOO_LARGE}")
    old = [path for path in (*wanted, *differences.renamed.values(), CONFIG_PATH) if olds.has(path)]
    blobs.update(
        contents.blobs(
            [before.entries[path] for path in old] + [after.entries[path] for path in wanted if news.has(path)]
        )
    )
    beside = _naming(news, differences, frozenset(wanted))
    try:
        _write_all(folder, dict.fromkeys([*wanted, *beside, *_nested(news, [*wanted, *beside])]), news, links)
        for path in map(posixpath.normpath, scope):
            if any(each == path or each.startswith(f"{path}/") for each in after.entries):
                target = _inside(folder, path)
                if not target.exists():
                    target.mkdir(parents=True)
    except OSError:
        raise ConfigError(_NO_CHECKOUT) from None
    return Baseline(
        name=base,
        head=head,
        root=folder,
        files=olds,
        head_files=news,
        committed=news,
        told=lambda path: path,
        differences=differences,
        configures=True,
    )


def differences_between(base: Tree, head: Tree) -> Differences:
    """How the files of two trees differ. A file with the same content under another name was renamed."""
    changed = {
        path for path in base.entries.keys() | head.entries.keys() if base.entries.get(path) != head.entries.get(path)
    }
    gone = {base.entries[path].sha: path for path in sorted(changed - head.entries.keys())}
    added = sorted(changed - base.entries.keys())
    renamed = {path: gone[sha] for path in added if (sha := head.entries[path].sha) in gone}
    return Differences(frozenset(changed), renamed)


def _links(contents: Contents, head: RemoteFiles, differences: Differences) -> dict[str, str]:
    """The files of head that new symbolic links lead to, by the path of the link."""
    entries = {path: head.tree.entries.get(path) for path in differences.changed if may_hold_template(path)}
    links = {path: entry for path, entry in entries.items() if entry is not None and entry.mode == LINK}
    texts = contents.blobs(links.values()) if links else {}
    found = {}
    for path, entry in links.items():
        target = posixpath.join(posixpath.dirname(path), texts.get(entry.sha, b"").decode("utf-8", "replace"))
        if head.has(posixpath.normpath(target)):
            found[path] = posixpath.normpath(target)
    return found


def _wanted(base: RemoteFiles, head: RemoteFiles, differences: Differences, scope: tuple[str, ...]) -> Iterator[str]:
    """The paths whose content in head, or whose being no file there, the judgement needs."""
    named = {posixpath.dirname(path) for path in differences.changed if posixpath.basename(path) in CONFIGS}
    folders = named.copy()
    for path in differences.changed:
        entry = head.tree.entries.get(path)
        old = differences.renamed.get(path, path)
        if entry is not None and not entry.is_file:
            yield path
        elif may_hold_template(path, scope) or may_hold_template(old, scope):
            yield path
            folders.add(posixpath.dirname(path))
    # What a samconfig.toml says of a template depends on the templates beside it, and concerns all of them.
    for folder in folders:
        configs = [posixpath.join(folder, name) for name in CONFIGS]
        deployments = [path for path in configs if head.has(path) or base.has(path)]
        if deployments:
            yield from deployments
            beside = (path for path in head.below(folder) if posixpath.dirname(path) == folder)
            yield from (path for path in beside if may_hold_template(path))


def _naming(head: RemoteFiles, differences: Differences, wanted: frozenset[str]) -> list[str]:
    """The unchanged templates that may name a changed file: a definition, a fragment, a nested template.

    They are looked for in the folder of the file and in those above it.
    """
    endings = endings_of(differences.changed)
    above = {folder for path in differences.changed for folder in _folders(path)}
    left = [
        path
        for path, entry in head.tree.entries.items()
        if posixpath.dirname(path) in above and entry.is_file and may_hold_template(path) and path not in wanted
    ]
    left = sorted(left, key=lambda path: (-path.count("/"), path))[:MOST_BESIDE]
    head.fetch(left)
    found: list[str] = []
    while endings:
        contents = {path: head.read(path) or b"" for path in left if head.tree.entries[path].size <= LARGEST}
        new = [path for path, data in contents.items() if names_any(data, endings)]
        endings = endings_of(new)
        left = [path for path in left if path not in new]
        found += new
    return found


def _nested(head: RemoteFiles, templates: Iterable[str]) -> list[str]:
    """The unchanged templates that these may nest, in another way than in base."""
    data = {path: head.read(path) or b"" for path in templates if head.has(path) and _is_readable(head, path)}
    others = (path for path in head.below("") if path not in data and may_hold_template(path))
    return list(islice(nested_in(data, others, lambda path: head.read(path) or b""), MOST_BESIDE))


def _is_readable(head: RemoteFiles, path: str) -> bool:
    return head.tree.entries[path].size <= LARGEST


def _folders(path: str) -> Iterator[str]:
    """The folder of a path, and those above it up to the root."""
    while path:
        path = posixpath.dirname(path)
        yield path


def _write_all(folder: Path, paths: Iterable[str], head: RemoteFiles, links: Mapping[str, str]) -> None:
    for path in paths:
        _write(folder, path, head, posixpath.relpath(links[path], posixpath.dirname(path)) if path in links else "")


def _write(folder: Path, path: str, head: RemoteFiles, leads_to: str) -> None:
    """Put what head has at a path into the folder: a file, or something that is seen to be none."""
    entry = head.tree.entries.get(path)
    if entry is None:
        return
    target = _inside(folder, path)
    target.parent.mkdir(parents=True, exist_ok=True)
    if not entry.is_file:
        target.symlink_to(leads_to or "no-file")  # a link that leads out of the tree, or a submodule
        return
    if entry.size > LARGEST:
        with target.open("wb") as file:  # too large to be fetched, and to be judged
            file.write(b"Type: AWS::")
            file.truncate(entry.size)
    else:
        target.write_bytes(head.read(path) or b"")


def _inside(folder: Path, path: str) -> Path:
    """The place of a path in the folder. Git refuses such names as are refused here; trees can be made by hand."""
    parts = path.split("/")
    if any(part in ("", ".", "..") or "\0" in part or part.lower() == ".git" for part in parts):
        raise ConfigError(_NO_CHECKOUT)
    return folder.joinpath(*parts)
