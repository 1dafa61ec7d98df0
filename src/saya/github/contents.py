"""Files of a revision without a checkout: trees, and blobs by their SHA, as data that nothing is run from.

A blob is asked for by its SHA and checked against it. The contents API is not used: it follows symbolic links.
"""

from __future__ import annotations

import base64
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha1, sha256
from itertools import islice
from typing import Any

from saya.errors import GitHubError, UserError
from saya.github.transport import Transport, interpret
from saya.record import NamedTuple, record

LARGEST = 16 * 1024 * 1024  # bytes of one file; CloudFormation takes templates up to 1 MB
_BATCH = 50  # blobs in one GraphQL query
_BATCH_BYTES = 2 * 1024 * 1024
_CUT = 500_000  # bytes; GraphQL cuts the text of blobs that are somewhat longer
_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
LINK = "120000"
_REGULAR = "100"  # the permissions behind it may be any, and Git takes them for 644 or 755


class Entry(NamedTuple):
    """An entry of a tree: the SHA of its object, its size in bytes, its mode in octal digits."""

    sha: str
    size: int = 0
    mode: str = "100644"

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file, and no symbolic link and no submodule."""
        return self.mode.startswith(_REGULAR)


@record(kw_only=True)
class Tree:
    """The entries of a revision by path, symbolic links and submodules among them.

    `complete` is false where GitHub gave only a part: over 100,000 entries or 7 MB.
    """

    sha: str
    entries: Mapping[str, Entry]
    complete: bool = True


class Contents:
    """The commits and files of a repository (`owner/name`), over a transport. Everything raises GitHubError."""

    def __init__(self, transport: Transport, repository: str) -> None:
        self._transport = transport
        self._repository = repository
        self._path = f"/repos/{repository}"

    def merge_base(self, base: str, head: str) -> str | None:
        """The merge base of two commits; None where they have no common ancestor."""
        try:
            reply = self._transport.read(f"{self._path}/compare/{base}...{head}", {"per_page": 1})
        except GitHubError as error:
            if error.kind == "missing" and "common ancestor" in str(error):
                return None
            raise
        return interpret(lambda data: str(data["merge_base_commit"]["sha"]), reply.data, "a comparison")

    def tree(self, commit: str) -> Tree:
        """All files of a commit, one request."""
        reply = self._transport.read(f"{self._path}/git/trees/{commit}", {"recursive": "1"})
        entries = interpret(_entries, reply.data, "a tree")
        return Tree(sha=commit, entries=entries, complete=reply.data.get("truncated") is not True)

    def blobs(self, entries: Iterable[Entry]) -> dict[str, bytes]:
        """The bytes of these blobs by SHA, many in one request; those over `LARGEST` are left out."""
        wanted = {entry.sha: entry for entry in entries if entry.size <= LARGEST}
        found: dict[str, bytes] = {}
        for batch in _batches(entry for entry in wanted.values() if entry.size < _CUT):
            found |= self._batch(batch)
        for sha in wanted:
            if sha not in found:
                found[sha] = self._blob(sha)
        return found

    def _batch(self, shas: list[str]) -> dict[str, bytes]:
        """Those of the blobs that GraphQL gives whole: text, not too long. None of them where it gives nothing."""
        fields = "\n".join(f'b{at}: object(oid: "{sha}") {{ ... on Blob {{ text }} }}' for at, sha in enumerate(shas))
        query = f"query($owner: String!, $name: String!) {{ repository(owner: $owner, name: $name) {{\n{fields}\n}} }}"
        owner, _, name = self._repository.partition("/")
        try:
            data = self._transport.query(query, {"owner": owner, "name": name})
        except GitHubError as error:
            if error.kind in ("limited", "unavailable"):
                raise
            return {}
        given = data.get("repository") or {}
        found = {}
        for at, sha in enumerate(shas):
            text = (given.get(f"b{at}") or {}).get("text")
            if isinstance(text, str):
                content = text.encode("utf-8", "surrogatepass")
                if is_blob(content, sha):  # what is cut, or was not UTF-8, is not
                    found[sha] = content
        return found

    def _blob(self, sha: str) -> bytes:
        reply = self._transport.read(f"{self._path}/git/blobs/{sha}")
        content = interpret(lambda data: base64.b64decode(data["content"], validate=False), reply.data, "a blob")
        if not is_blob(content, sha):
            raise GitHubError(f"GitHub's answer about the blob {sha} is not that blob", kind="unavailable")
        return content


def _batches(entries: Iterable[Entry]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for entry in entries:
        if batch and (len(batch) == _BATCH or size + entry.size > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(entry.sha)
        size += entry.size
    if batch:
        yield batch


def is_blob(content: bytes, sha: str) -> bool:
    """Whether Git would store these bytes under this SHA."""
    algorithm = sha256 if len(sha) == 64 else sha1
    return algorithm(b"blob %d\0%b" % (len(content), content)).hexdigest() == sha  # Git's own names, no secret


def _entries(data: Mapping[str, Any]) -> dict[str, Entry]:
    return {
        str(entry["path"]): Entry(str(entry["sha"]), int(entry.get("size", 0)), str(entry["mode"]))
        for entry in data["tree"]
        if entry["type"] != "tree" and _HASH.fullmatch(entry["sha"])
    }


class RemoteFiles:
    """The regular files of a revision, by path from its root; what is not fetched yet is read one by one.

    `blobs` are contents by SHA, which several revisions can share.
    """

    def __init__(self, contents: Contents, tree: Tree, blobs: dict[str, bytes] | None = None) -> None:
        self._contents = contents
        self.tree = tree
        self._blobs = {} if blobs is None else blobs

    def has(self, path: str) -> bool:
        """Whether there is a regular file at a path."""
        entry = self.tree.entries.get(path)
        return entry is not None and entry.is_file

    def fetch(self, paths: Iterable[str]) -> None:
        """Read files at once that are going to be asked for. Raises GitHubError."""
        entries = (self.tree.entries[path] for path in paths if self.has(path))
        self._blobs.update(self._contents.blobs(entry for entry in entries if entry.sha not in self._blobs))

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, None where there is none. Raises UserError where it is too large, and GitHubError."""
        if not self.has(path):
            return None
        if self.tree.entries[path].sha not in self._blobs:
            self.fetch([path, *self._beside(path)])
        data = self._blobs.get(self.tree.entries[path].sha)
        if data is None:
            raise UserError(
                f"is larger than {LARGEST // 1024 // 1024} MB; CloudFormation takes at most 1 MB", path=path
            )
        return data

    def _beside(self, path: str) -> Iterator[str]:
        """Files of the same kind in the same folder: whoever reads one policy reads all of them."""
        folder, suffix = posixpath.dirname(path), posixpath.splitext(path)[1]
        alike = (
            each
            for each in self.below(folder)
            if posixpath.dirname(each) == folder and posixpath.splitext(each)[1] == suffix
        )
        return (each for each in islice(alike, _BATCH) if self.tree.entries[each].size < _CUT)

    def holds(self, path: str, data: bytes) -> bool:
        """Whether a file has this content, told by its hash and without reading it."""
        return self.has(path) and is_blob(data, self.tree.entries[path].sha)

    def below(self, folder: str) -> Iterator[str]:
        """The paths of the files in a folder and in those below it."""
        prefix = f"{folder}/" if folder else ""
        return (path for path, entry in self.tree.entries.items() if entry.is_file and path.startswith(prefix))
