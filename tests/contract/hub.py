"""A GitHub of ours: what it holds, and what it refuses. `server` speaks for it over HTTP.

It enforces what GitHub does to programs that comment: lines must lie in hunks, both ends of a range in the same one, a
review is taken whole or not at all, bodies have at most 65,536 characters, a user has one pending review per pull
request, tokens see and do what they were given.
"""

import base64
import difflib
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .description import blank

LONGEST = 65536
LISTED_FILES = 3000
HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


class Refused(Exception):  # noqa: N818 - it is an answer
    """An answer that is an error."""

    def __init__(self, status: int, message: str, errors: list[str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"message": message, "documentation_url": "https://docs.github.com/rest"}
        if errors is not None:
            self.body["errors"] = errors


@dataclass(frozen=True)
class Actor:
    """Who a token belongs to, and what it may do to the repository."""

    login: str
    is_bot: bool = True
    reads: bool = True
    writes: bool = True

    def user(self) -> dict[str, Any]:
        return blank("simple-user", login=self.login, type="Bot" if self.is_bot else "User")


ACTIONS = Actor("github-actions[bot]")
READER = Actor("github-actions[bot]", writes=False)
STRANGER = Actor("stranger", is_bot=False, reads=False, writes=False)
PERSON = Actor("maintainer", is_bot=False)


def git_sha(kind: str, content: bytes) -> str:
    return hashlib.sha1(f"{kind} {len(content)}\0".encode() + content).hexdigest()


@dataclass
class Commit:
    files: dict[str, bytes]
    parent: str | None
    modes: dict[str, str] = field(default_factory=dict)

    @property
    def sha(self) -> str:
        """A name as good as Git's, for commits that Git did not make."""
        told = "".join(f"{path}\0{git_sha('blob', data)}\n" for path, data in sorted(self.files.items()))
        return git_sha("commit", f"{self.parent}\n{told}".encode())


@dataclass
class Review:
    id: int
    author: Actor
    body: str
    state: str
    commit: str

    @property
    def node(self) -> str:
        return f"PRR_{self.id}"


@dataclass
class Comment:
    id: int
    author: Actor
    body: str
    path: str
    line: int | None
    start_line: int | None
    review: int
    reply_to: int | None = None
    commit: str = ""

    @property
    def node(self) -> str:
        return f"PRRC_{self.id}"


@dataclass
class Pull:
    """A pull request. `head_repository` is None where the fork was deleted."""

    number: int
    base: str
    head: str
    branch: str = "change"
    head_repository: str | None = "octo/site"
    is_open: bool = True
    reviews: list[Review] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    without_patch: set[str] = field(default_factory=set)
    extra_files: int = 0
    heads: set[str] = field(default_factory=set)


@dataclass
class Hub:
    """One repository, its pull requests, and the tokens that it knows."""

    name: str = "octo/site"
    tokens: dict[str, Actor] = field(default_factory=lambda: {"token": ACTIONS})
    commits: dict[str, Commit] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    pulls: dict[int, Pull] = field(default_factory=dict)
    truncated_trees: bool = False
    last: int = 100

    # --- what tests do -----------------------------------------------------------------------------------------------

    def commit(self, files: dict[str, str | bytes], parent: str | None = None, **modes: str) -> str:
        """Add a commit of these files; `modes` are those that are not 100644, by path."""
        data = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
        commit = Commit(data, parent, modes)
        return self.add(commit.sha, commit)

    def add(self, sha: str, commit: Commit) -> str:
        """Add a commit under the name that Git gave it."""
        self.commits[sha] = commit
        self.blobs |= {git_sha("blob", content): content for content in commit.files.values()}
        return sha

    def open(self, base: dict[str, str | bytes], head: dict[str, str | bytes], **given: Any) -> Pull:
        """Open a pull request from one set of files to another."""
        before = self.commit(base)
        return self.open_between(before, self.commit(head, before), **given)

    def open_between(self, base: str, head: str, **given: Any) -> Pull:
        """Open a pull request from one commit to another."""
        pull = Pull(number=len(self.pulls) + 1, base=base, head=head, heads={head}, **given)
        self.pulls[pull.number] = pull
        return pull

    def push(self, pull: Pull, files: dict[str, str | bytes]) -> None:
        """Move a pull request on; comments on lines that are gone are outdated."""
        self.move(pull, self.commit(files, pull.head))

    def move(self, pull: Pull, head: str) -> None:
        """Give a pull request another head, a commit that is there."""
        old, new = self.commits[pull.head], self.commits[head]
        pull.head = head
        pull.heads.add(head)
        for comment in pull.comments:
            comment.line = moved(old.files, new.files, comment.path, comment.line)

    def number(self) -> int:
        self.last += 1
        return self.last

    def say(self, pull: Pull, author: Actor, body: str, **given: Any) -> Comment:
        """A comment by anybody, on a line or in reply."""
        values = {"path": "t.yaml", "line": 1, "start_line": None, "review": 1, "commit": pull.head, **given}
        comment = Comment(self.number(), author, body, **values)
        pull.comments.append(comment)
        return comment

    # --- reading -----------------------------------------------------------------------------------------------------

    def pull(self, number: int) -> Pull:
        if number not in self.pulls:
            raise Refused(404, "Not Found")
        return self.pulls[number]

    def told(self, pull: Pull, schema: str = "pull-request") -> dict[str, Any]:
        side = blank("pull-request")["head"]
        head_name = pull.head_repository
        repository = side["repo"] | {"full_name": head_name} if head_name else None
        owner = head_name.partition("/")[0] if head_name else "ghost"
        told = blank(
            schema,
            number=pull.number,
            state="open" if pull.is_open else "closed",
            head=side | {"sha": pull.head, "ref": pull.branch, "repo": repository, "label": f"{owner}:{pull.branch}"},
            base=side | {"sha": pull.base, "ref": "main", "repo": side["repo"] | {"full_name": self.name}},
        )
        if schema == "pull-request":
            told |= {"changed_files": len(self.files(pull)), "review_comments": len(pull.comments)}
        return told

    def with_head(self, label: str, state: str) -> list[dict[str, Any]]:
        told = [self.told(pull, "pull-request-simple") for pull in self.pulls.values()]
        return [each for each in told if each["head"]["label"] == label and state in (each["state"], "all")]

    def files(self, pull: Pull) -> list[dict[str, Any]]:
        base, head = self.commits[self.merge_base(pull.base, pull.head) or pull.base], self.commits[pull.head]
        told = []
        for path in sorted(base.files.keys() | head.files.keys()):
            before, after = base.files.get(path), head.files.get(path)
            if before != after:
                told.append(self.file(path, before, after, patched=path not in pull.without_patch))
        filler = self.file("zz", None, b"x\n", patched=True)
        return told + [filler | {"filename": f"zz/{at:05}.txt"} for at in range(pull.extra_files)]

    def file(self, path: str, before: bytes | None, after: bytes | None, *, patched: bool) -> dict[str, Any]:
        lines = list(patch_lines(before or b"", after or b""))
        signs = [line[:1] for line in lines]
        status = "added" if before is None else "removed" if after is None else "modified"
        entry = blank("diff-entry", filename=path, status=status, sha=git_sha("blob", after or before or b""))
        entry |= {"additions": signs.count("+"), "deletions": signs.count("-"), "changes": len(signs)}
        if patched and lines:
            entry["patch"] = "\n".join(lines)
        return entry

    def review(self, review: Review) -> dict[str, Any]:
        return blank(
            "pull-request-review",
            id=review.id,
            node_id=review.node,
            user=review.author.user(),
            body=review.body,
            state=review.state,
            commit_id=review.commit,
        )

    def comment(self, comment: Comment) -> dict[str, Any]:
        told = blank(
            "pull-request-review-comment",
            id=comment.id,
            node_id=comment.node,
            user=comment.author.user(),
            body=comment.body,
            path=comment.path,
            commit_id=comment.commit,
        )
        told |= {"line": comment.line, "start_line": comment.start_line, "side": "RIGHT"}
        return told if comment.reply_to is None else told | {"in_reply_to_id": comment.reply_to}

    def visible_reviews(self, pull: Pull, actor: Actor) -> list[Review]:
        """A pending review is seen by its author alone."""
        return [each for each in pull.reviews if each.state != "PENDING" or each.author == actor]

    def merge_base(self, base: str, head: str) -> str | None:
        ancestors = set(self.ancestors(base))
        return next((sha for sha in self.ancestors(head) if sha in ancestors), None)

    def ancestors(self, sha: str) -> Iterator[str]:
        at: str | None = sha
        while at is not None and at in self.commits:
            yield at
            at = self.commits[at].parent

    def compare(self, base: str, head: str) -> dict[str, Any]:
        if base not in self.commits or head not in self.commits:
            raise Refused(404, "Not Found")
        common = self.merge_base(base, head)
        if common is None:
            raise Refused(404, f"No common ancestor between {base} and {head}.")
        told = blank("commit-comparison")
        told["merge_base_commit"] |= {"sha": common}
        return told

    def tree(self, sha: str) -> dict[str, Any]:
        if sha not in self.commits:
            raise Refused(404, "Not Found")
        commit = self.commits[sha]
        entries = [
            {
                "path": path,
                "mode": commit.modes.get(path, "100644"),
                "type": "blob",
                "size": len(data),
                "sha": git_sha("blob", data),
                "url": "https://github.com/",
            }
            for path, data in sorted(commit.files.items())
        ]
        kept = entries[: len(entries) // 2] if self.truncated_trees else entries
        return {"sha": sha, "url": "https://github.com/", "truncated": self.truncated_trees, "tree": kept}

    def blob(self, sha: str) -> dict[str, Any]:
        if sha not in self.blobs:
            raise Refused(404, "Not Found")
        content = base64.encodebytes(self.blobs[sha]).decode()
        return blank("blob", sha=sha, content=content, encoding="base64", size=len(self.blobs[sha]))

    # --- writing -----------------------------------------------------------------------------------------------------

    def post_review(self, pull: Pull, actor: Actor, given: dict[str, Any]) -> Review:
        event, body, comments = given.get("event"), given.get("body") or "", given.get("comments") or []
        if any(each.state == "PENDING" and each.author == actor for each in pull.reviews):
            raise unprocessable("User can only have one pending review per pull request")
        if event == "APPROVE" and actor.is_bot:
            raise unprocessable("GitHub Actions is not permitted to approve pull requests.")
        if event in ("COMMENT", "REQUEST_CHANGES") and not body:
            raise unprocessable("Body can't be blank")
        if len(body) > LONGEST:
            raise unprocessable(f"Body is too long (maximum is {LONGEST} characters)")
        commit = given.get("commit_id", pull.head)
        if commit not in pull.heads:
            raise unprocessable("commit_id is not part of the pull request")
        entries = {entry["filename"]: entry for entry in self.files(pull)[:LISTED_FILES]}
        for comment in comments:
            check_comment(comment, entries)
        states = {None: "PENDING", "COMMENT": "COMMENTED", "APPROVE": "APPROVED"}
        review = Review(self.number(), actor, body, states.get(event, "CHANGES_REQUESTED"), commit)
        pull.reviews.append(review)
        for comment in comments:
            place = {"line": comment["line"], "start_line": comment.get("start_line"), "review": review.id}
            self.say(pull, actor, comment["body"], path=comment["path"], **place)
        return review

    def own_review(self, pull: Pull, actor: Actor, id_: int) -> Review:
        for review in self.visible_reviews(pull, actor):
            if review.id == id_:
                if review.author != actor:
                    raise Refused(403, "Resource not accessible by integration")
                return review
        raise Refused(404, "Not Found")

    def delete_review(self, pull: Pull, actor: Actor, id_: int) -> Review:
        review = self.own_review(pull, actor, id_)
        if review.state != "PENDING":
            raise unprocessable("Can not delete a non-pending pull request review")
        pull.reviews.remove(review)
        pull.comments = [comment for comment in pull.comments if comment.review != id_]
        return review

    def own_comment(self, actor: Actor, id_: int) -> tuple[Pull, Comment]:
        for pull in self.pulls.values():
            for comment in pull.comments:
                if comment.id == id_:
                    if comment.author != actor:
                        raise Refused(403, "Resource not accessible by integration")
                    return pull, comment
        raise Refused(404, "Not Found")


def unprocessable(error: str) -> Refused:
    return Refused(422, "Unprocessable Entity", [error])


def check_comment(comment: dict[str, Any], entries: dict[str, Any]) -> None:
    """Refuse a comment that GitHub refuses."""
    entry = entries.get(comment["path"])
    if entry is None:
        raise unprocessable("Path could not be resolved")
    if len(comment["body"]) > LONGEST:
        raise unprocessable(f"Body is too long (maximum is {LONGEST} characters)")
    hunks = list(hunk_lines(entry.get("patch", "")))
    if not hunks:
        raise unprocessable("Pull request review thread diff hunk can't be blank")
    last, first = comment["line"], comment.get("start_line")
    if not any(last in hunk for hunk in hunks):
        raise unprocessable("Pull request review thread line must be part of the diff")
    if first is not None and first >= last:
        raise unprocessable("Pull request review thread start line must precede the end line.")
    if first is not None and not any(first in hunk and last in hunk for hunk in hunks):
        raise unprocessable("Pull request review thread start line must be part of the same hunk as the line.")


def hunk_lines(patch: str) -> Iterator[set[int]]:
    """The lines of head that each hunk of a patch holds."""
    at, lines = 0, None
    for line in patch.split("\n"):
        header = HUNK.match(line)
        if header:
            if lines is not None:
                yield lines
            at, lines = int(header[3]), set()
        elif lines is not None and line[:1] in ("+", " "):
            lines.add(at)
            at += 1
    if lines is not None:
        yield lines


def patch_lines(before: bytes, after: bytes) -> Iterator[str]:
    """A patch as GitHub shows it, without the lines that name the files."""
    old, new = before.decode().split("\n"), after.decode().split("\n")
    for side in (old, new):
        if side[-1] == "":
            side.pop()
        else:
            side[-1] += "\n\\ No newline at end of file"
    yield from list(difflib.unified_diff(old, new, lineterm=""))[2:]


def moved(old: dict[str, bytes], new: dict[str, bytes], path: str, line: int | None) -> int | None:
    """Where a line of one revision stands in the next; None where it does not."""
    if line is None or path not in new:
        return None
    left, right = old.get(path, b"").decode().split("\n"), new[path].decode().split("\n")
    for block in difflib.SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks():
        if block.a <= line - 1 < block.a + block.size:
            return line - block.a + block.b
    return None
