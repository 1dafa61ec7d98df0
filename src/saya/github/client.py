"""A repository's pull requests on GitHub: what publishing asks for, and how it is asked.

`PullRequests` is what `saya.github.publish` needs; `Client` is that over the network.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from saya.errors import GitHubError
from saya.github.diff import read_files
from saya.github.transport import Transport, interpret
from saya.record import record
from saya.report.diff import Diff
from saya.report.review import InlineComment

T = TypeVar("T")

# https://docs.github.com/rest/pulls/pulls#list-pull-requests-files: responses include a maximum of 3,000 files.
LISTED_FILES = 3000
_NODES = 100  # the most IDs that one GraphQL query takes

_WHO = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Comment { id viewerDidAuthor } } }"
_ACTIONS_BOT = "github-actions[bot]"


@record(kw_only=True)
class PullRequest:
    """A pull request as it is now. `head_repository` is None where the head's repository has been deleted."""

    number: int
    is_open: bool
    head_sha: str
    head_repository: str | None
    base_sha: str
    changed_files: int


@record(kw_only=True)
class PostedReview:
    """A review. `pending` is one that was begun and not submitted; GitHub shows it to its author alone."""

    id: int
    node_id: str
    author: str
    is_bot: bool
    body: str
    pending: bool


@record(kw_only=True)
class PostedComment:
    """A comment on a line. `line` is None where it is outdated; `reply_to` is the comment that it answers."""

    id: int
    node_id: str
    author: str
    is_bot: bool
    body: str
    path: str
    line: int | None
    reply_to: int | None


class PullRequests(Protocol):
    """The pull requests of one repository. Everything raises GitHubError."""

    def pull_request(self, number: int) -> PullRequest:
        """The pull request of this number, as it is now."""

    def diff(self, number: int, paths: Collection[str], changed_files: int) -> Diff:
        """What it changes; pages are read until all of `paths` were seen. Not complete where a page is not given."""

    def reviews(self, number: int) -> tuple[PostedReview, ...]:
        """All reviews, the oldest first, one's own pending ones included."""

    def comments(self, number: int) -> tuple[PostedComment, ...]:
        """All comments on lines, the oldest first."""

    def own(self, posts: Sequence[PostedReview | PostedComment]) -> frozenset[str]:
        """The node IDs of those that this token's user or app wrote."""

    def post_review(self, number: int, *, head_sha: str, body: str, comments: Sequence[InlineComment]) -> None:
        """Post a review that neither approves nor asks for changes."""

    def edit_review(self, number: int, review: int, body: str) -> None:
        """Replace the body of one's own review."""

    def delete_pending_review(self, number: int, review: int) -> None:
        """Delete one's own review that was not submitted."""

    def edit_comment(self, comment: int, body: str) -> None:
        """Replace the body of one's own comment."""

    def delete_comment(self, comment: int) -> None:
        """Delete one's own comment; it is no error if it is gone already."""


class Client:
    """The pull requests of a repository (`owner/name`), over a transport."""

    def __init__(self, transport: Transport, repository: str) -> None:
        self._transport = transport
        self._path = f"/repos/{repository}"

    def pull_request(self, number: int) -> PullRequest:
        reply = self._transport.read(self._pull(number))
        return interpret(_pull_request, reply.data, "a pull request")

    def open_with_head(self, owner: str, branch: str, sha: str) -> tuple[PullRequest, ...]:
        """The open pull requests whose head is this commit of this branch of `owner`'s repository or fork."""
        parameters = {"state": "open", "head": f"{owner}:{branch}"}
        pages = self._transport.pages(f"{self._path}/pulls", parameters)
        found = [interpret(_pull_request, entry, "pull requests") for page in pages for entry in page]
        return tuple(pull for pull in found if pull.head_sha == sha)

    def diff(self, number: int, paths: Collection[str], changed_files: int) -> Diff:
        entries: list[dict[str, Any]] = []
        missing = set(paths)
        try:
            for page in self._transport.pages(f"{self._pull(number)}/files") if missing else ():
                entries += page
                missing -= {entry.get("filename") for entry in page}
                if not missing:
                    break
        except GitHubError as error:
            self._transport.log(f"the changed files are known in part only: {error}")
        complete = not missing or len(entries) >= changed_files
        return interpret(lambda given: read_files(given, complete=complete), entries, "files")

    def reviews(self, number: int) -> tuple[PostedReview, ...]:
        return self._all(f"{self._pull(number)}/reviews", _review)

    def comments(self, number: int) -> tuple[PostedComment, ...]:
        return self._all(f"{self._pull(number)}/comments", _comment)

    def own(self, posts: Sequence[PostedReview | PostedComment]) -> frozenset[str]:
        ids = [post.node_id for post in posts]
        own: set[str] = set()
        try:
            for start in range(0, len(ids), _NODES):
                found = self._transport.query(_WHO, {"ids": ids[start : start + _NODES]})
                own |= {node["id"] for node in found["nodes"] if node and node.get("viewerDidAuthor") is True}
        except GitHubError as error:
            if error.kind not in ("forbidden", "invalid", "missing"):
                raise
            # No GraphQL for this token: then it can only be told for the one that a workflow is given.
            own = {post.node_id for post in posts if post.is_bot and post.author == _ACTIONS_BOT}
        return frozenset(own)

    def post_review(self, number: int, *, head_sha: str, body: str, comments: Sequence[InlineComment]) -> None:
        # Without `event` the review would stay pending: seen by nobody, and in the way of the next one.
        review = {"commit_id": head_sha, "event": "COMMENT", "body": body, "comments": [*map(_draft, comments)]}
        self._transport.write("POST", f"{self._pull(number)}/reviews", review)

    def edit_review(self, number: int, review: int, body: str) -> None:
        self._transport.write("PUT", f"{self._pull(number)}/reviews/{review}", {"body": body})

    def delete_pending_review(self, number: int, review: int) -> None:
        self._transport.write("DELETE", f"{self._pull(number)}/reviews/{review}")

    def edit_comment(self, comment: int, body: str) -> None:
        self._transport.write("PATCH", f"{self._path}/pulls/comments/{comment}", {"body": body})

    def delete_comment(self, comment: int) -> None:
        try:
            self._transport.write("DELETE", f"{self._path}/pulls/comments/{comment}")
        except GitHubError as error:
            if error.kind != "missing":
                raise

    def _pull(self, number: int) -> str:
        return f"{self._path}/pulls/{number}"

    def _all(self, path: str, read: Callable[[Any], T]) -> tuple[T, ...]:
        return tuple(interpret(read, entry, path) for page in self._transport.pages(path) for entry in page)


def _pull_request(data: Mapping[str, Any]) -> PullRequest:
    repository = data["head"]["repo"]
    return PullRequest(
        number=int(data["number"]),
        is_open=data["state"] == "open",
        head_sha=str(data["head"]["sha"]),
        head_repository=str(repository["full_name"]) if repository else None,
        base_sha=str(data["base"]["sha"]),
        changed_files=int(data.get("changed_files", 0)),
    )


def _review(data: Mapping[str, Any]) -> PostedReview:
    author, is_bot = _author(data)
    return PostedReview(
        id=int(data["id"]),
        node_id=str(data["node_id"]),
        author=author,
        is_bot=is_bot,
        body=str(data["body"] or ""),
        pending=data["state"] == "PENDING",
    )


def _comment(data: Mapping[str, Any]) -> PostedComment:
    author, is_bot = _author(data)
    line, reply_to = data.get("line"), data.get("in_reply_to_id")
    return PostedComment(
        id=int(data["id"]),
        node_id=str(data["node_id"]),
        author=author,
        is_bot=is_bot,
        body=str(data["body"] or ""),
        path=str(data["path"]),
        line=None if line is None else int(line),
        reply_to=None if reply_to is None else int(reply_to),
    )


def _author(data: Mapping[str, Any]) -> tuple[str, bool]:
    """The login, empty where the account is gone, and whether it is a bot's."""
    user = data["user"]
    return (str(user["login"]), user.get("type") == "Bot") if user else ("", False)


def _draft(comment: InlineComment) -> dict[str, object]:
    draft: dict[str, object] = {
        "path": comment.path,
        "line": comment.line,
        "side": comment.side,
        "body": comment.body,
    }
    # A range that starts where it ends is refused.
    if comment.start_line is not None and comment.start_line < comment.line:
        draft |= {"start_line": comment.start_line, "start_side": comment.side}
    return draft
