"""Requests to GitHub over PyGithub: one after the other, waited for when asked to, repeated only where it is harmless.

PyGithub authenticates, paces and sends. Its own repeating is switched off: it would post a review a second time after a
502 that came too late, and never repeat an edit. Its objects are not used for reading: each field that an answer lacks
would cost a further request, one a comment.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

import requests
from github import Auth, Github

import saya
from saya.errors import GitHubError, GitHubErrorKind
from saya.record import NamedTuple

T = TypeVar("T")

API_VERSION = "2022-11-28"
REPEATS = (1, 2, 4)  # seconds before a read is tried again
SECONDARY_WAIT = 60  # GitHub: "wait for at least one minute", then exponentially longer
PAGES = 100
PER_PAGE = 100

_NEXT = re.compile(r'<[^>]*[?&]page=(\d+)[^>]*>\s*;\s*rel="next"')
_LIMITED = ("secondary rate limit", "api rate limit exceeded", "abuse detection")


class Reply(NamedTuple):
    """An answer: its header fields by lower-case name, and its JSON."""

    headers: Mapping[str, str]
    data: Any


class Timing(NamedTuple):
    """Seconds.

    Attributes:
        requests: the least between two requests.
        writes: the least before a request that writes; GitHub asks for one second.
        timeout: how long an answer may take; whole ones only.
        patience: how long all waiting for rate limits together may take; a job is paid for by the minute.
    """

    requests: float = 0.1
    writes: float = 1.0
    timeout: int = 30
    patience: float = 120


class Transport:
    """A connection to one GitHub as one token.

    `log` takes one line for each wait. `requests` and `writes` count what was sent, repeats included.
    """

    def __init__(
        self,
        token: str,
        api_url: str,
        *,
        log: Callable[[str], None] = lambda _line: None,
        timing: Timing = Timing(),  # noqa: B008 - immutable
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._github = Github(
            auth=Auth.Token(token),
            base_url=api_url,
            timeout=timing.timeout,
            retry=None,
            seconds_between_requests=timing.requests,
            seconds_between_writes=timing.writes,
            api_version=API_VERSION,
            user_agent=f"saya/{saya.__version__}",
        )
        self._requester = self._github.requester
        self._token = token
        self.log = log
        self._sleep = sleep
        self._patience = timing.patience
        self.requests = 0
        self.writes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        self._github.close()

    def read(self, path: str, parameters: Mapping[str, str | int] | None = None) -> Reply:
        """The answer to a GET. Raises GitHubError."""
        return self._send("GET", path, parameters=parameters)

    def write(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Reply:
        """The answer to a request that changes something. It is repeated only where GitHub said that it did nothing.

        Raises GitHubError, `uncertain` where it may have been done.
        """
        return self._send(method, path, body=self._redacted(body))

    def pages(self, path: str, parameters: Mapping[str, str | int] | None = None) -> Iterator[list[dict[str, Any]]]:
        """The pages of a list, each asked for when it is wanted. Raises GitHubError."""
        page: int | None = 1
        while page is not None and page <= PAGES:
            reply = self.read(path, {**(parameters or {}), "per_page": PER_PAGE} | ({"page": page} if page > 1 else {}))
            if not isinstance(reply.data, list) or not all(isinstance(entry, dict) for entry in reply.data):
                raise _unreadable("GET", path)
            yield reply.data
            following = _NEXT.search(reply.headers.get("link", ""))
            page = int(following[1]) if following and int(following[1]) > page else None

    def query(self, query: str, variables: Mapping[str, object]) -> dict[str, Any]:
        """The data that a GraphQL query gives; null where a part of it was not found. Raises GitHubError."""
        body = {"query": query, "variables": dict(variables)}
        reply = self._send("POST", self._requester.graphql_url, body=body, reads=True)
        found = reply.data.get("data") if isinstance(reply.data, dict) else None
        if isinstance(found, dict) and any(value is not None for value in found.values()):
            return found
        raise _graphql_error(reply.data)

    def _redacted(self, value: Any) -> Any:
        """A body without our own token, should it have got there in whatever way."""
        if isinstance(value, str):
            return value.replace(self._token, "***")
        if isinstance(value, list):
            return [self._redacted(item) for item in value]
        return {key: self._redacted(inner) for key, inner in value.items()} if isinstance(value, Mapping) else value

    def _send(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        body: object = None,
        reads: bool = False,
    ) -> Reply:
        reads = reads or method == "GET"
        repeats = list(REPEATS) if reads else []
        waits = 0
        while True:
            try:
                status, headers, text = self._exchange(method, path, parameters, body, reads=reads)
                wait = _asked_wait(status, headers, text, waits)
                if wait is None:
                    return _reply(method, path, status, headers, text)
            except GitHubError as error:
                if error.kind != "unavailable" or not repeats:
                    raise
                self._sleep(repeats.pop(0))
                continue
            self._await_limit(wait, method, path)
            waits += 1

    def _exchange(
        self, method: str, path: str, parameters: Mapping[str, str | int] | None, body: object, *, reads: bool
    ) -> tuple[int, dict[str, str], str]:
        self.requests += 1
        self.writes += not reads
        given = dict(parameters) if parameters else None
        try:
            return self._requester.requestJson(method, path, given, None, body)
        except requests.Timeout:
            why = f"did not answer to {_what(method, path)} in time"
        except requests.RequestException as error:
            why = f"could not be reached for {_what(method, path)}: {type(error).__name__}"
        except (RuntimeError, ValueError, AssertionError) as error:
            # How PyGithub tells of a redirection to another host, and of bytes that are no text.
            why = f"answered {_what(method, path)} in a way that cannot be followed: {type(error).__name__}"
        raise GitHubError(f"GitHub {why}", kind="unavailable", uncertain=not reads)

    def _await_limit(self, wait: float, method: str, path: str) -> None:
        if wait > self._patience:
            message = f"GitHub takes no more requests for {wait:.0f} s, longer than a job should wait: {method} {path}"
            raise GitHubError(message, kind="limited")
        self.log(f"GitHub asks to wait {wait:.0f} s before {_what(method, path)}: too many requests")
        self._patience -= wait
        self._sleep(wait)


def interpret(read: Callable[[Any], T], data: object, what: str) -> T:
    """What an answer says, or the error that it does not say it."""
    try:
        return read(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"GitHub's answer about {what} is not what its documentation says: {type(error).__name__} {error}"
        raise GitHubError(message, kind="unavailable") from None


def _asked_wait(status: int, headers: Mapping[str, str], text: str, waits: int) -> float | None:
    """The seconds that GitHub wants to be left alone; None where it does not.

    https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api: 403 or 429, with Retry-After, or with
    the time at which the limit is reset, or with neither. A 403 with none of this is about permissions.
    """
    if status not in (403, 429):
        return None
    after = headers.get("retry-after", "")
    if after.isdecimal():
        return float(after)
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return max(int(reset) - time.time(), 0) + 1
    if status == 429 or after or any(sign in text.lower() for sign in _LIMITED):
        return float(SECONDARY_WAIT * 2**waits)
    return None


def _reply(method: str, path: str, status: int, headers: Mapping[str, str], text: str) -> Reply:
    """The answer, or the error that it is."""
    if status < 300:
        try:
            return Reply(headers, json.loads(text) if text else None)
        except ValueError:
            raise _unreadable(method, path) from None
    message = f"GitHub answered {status} to {_what(method, path)}: {_told(text)}"
    kind = _kind(status)
    raise GitHubError(message, kind=kind, uncertain=method != "GET" and kind == "unavailable")


def _kind(status: int) -> GitHubErrorKind:
    kinds: dict[int, GitHubErrorKind] = {401: "forbidden", 403: "forbidden", 409: "conflict", 429: "limited"}
    if status in kinds:
        return kinds[status]
    if status < 400 or status in (404, 410, 451):
        return "missing"
    return "invalid" if status < 500 else "unavailable"


def _unreadable(method: str, path: str) -> GitHubError:
    message = f"GitHub's answer to {_what(method, path)} cannot be read"
    return GitHubError(message, kind="unavailable", uncertain=method != "GET")


def _graphql_error(data: object) -> GitHubError:
    errors = data.get("errors") if isinstance(data, dict) else None
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    kinds: dict[object, GitHubErrorKind] = {"FORBIDDEN": "forbidden", "NOT_FOUND": "missing", "RATE_LIMITED": "limited"}
    kind = kinds.get(first.get("type"), "invalid")
    return GitHubError(f"GitHub answered a GraphQL query: {_line(str(first.get('message', 'nothing')))}", kind=kind)


def _told(text: str) -> str:
    """What an error says, in one line: its message, and those of its parts."""
    try:
        data = json.loads(text)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        return "no reason given"
    given = data.get("errors")
    parts = given if isinstance(given, list) else [given]
    details = [part.get("message") if isinstance(part, dict) else part for part in parts]
    return _line("; ".join(str(part) for part in [data.get("message"), *details] if part) or "no reason given")


def _line(text: str) -> str:
    return " ".join(text.split())[:300]


def _what(method: str, path: str) -> str:
    return f"{method} {path.partition('?')[0]}"
