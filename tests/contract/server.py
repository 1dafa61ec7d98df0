"""The hub over real HTTP: paging, permissions, limits, faults on demand; each exchange held against the description."""

import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from graphql import build_schema, graphql_sync, parse, validate

from .description import FOLDER, objections
from .hub import LISTED_FILES, Actor, Hub, Refused

# GitHub: 80 content-generating requests a minute.
CONTENT_A_MINUTE = 80


@dataclass
class Fault:
    """What goes wrong with requests of a method and a path, the `first` to the `last` of them (1-based).

    `status` and `body` are answered instead; with `after` the request is carried out all the same. `drop` closes the
    connection without an answer, `truncate` halves the answer, `delay` is in seconds.
    """

    method: str
    path: str
    first: int = 1
    last: int = 10**9
    status: int = 0
    body: str = '{"message": "something is wrong"}'
    headers: dict[str, str] = field(default_factory=dict)
    after: bool = False
    drop: bool = False
    truncate: bool = False
    delay: float = 0
    seen: int = 0

    def meets(self, method: str, target: str) -> bool:
        if method != self.method or not re.search(self.path, target):
            return False
        self.seen += 1
        return self.first <= self.seen <= self.last


class Server:
    """A hub that listens on a free port of this machine."""

    def __init__(self, hub: Hub, port: int = 0) -> None:
        self.hub = hub
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, str]] = []
        self.objections: list[str] = []
        self.validate = True
        self.content: list[float] = []
        self.before: Callable[[str, str], None] = lambda _method, _path: None
        self.schema = build_schema((FOLDER / "schema.graphql").read_text(encoding="utf-8"))
        handler = type("BoundHandler", (Handler,), {"server_of_hub": self})
        self.http = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self.http.daemon_threads = True
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}"

    @property
    def writes(self) -> list[tuple[str, str]]:
        """The requests that would change something."""
        return [(method, path) for method, path in self.requests if method != "GET" and path != "/graphql"]

    def fail(self, method: str, path: str, **given: Any) -> Fault:
        """Let requests fail whose path holds this pattern."""
        fault = Fault(method, path, **given)
        self.faults.append(fault)
        return fault

    # --- answering ---------------------------------------------------------------------------------------------------

    def answer(self, method: str, target: str, token: str, body: bytes) -> tuple[int, Any, dict[str, str]]:
        actor = self.hub.tokens.get(token)
        split = urlsplit(target)
        if actor is None:
            return 401, {"message": "Bad credentials"}, {}
        try:
            self.check_limits(method, split.path)
            if split.path == "/graphql":
                return 200, self.graphql(actor, json.loads(body)), {}
            given = json.loads(body) if body else {}
            return self.route(method, split.path, parse_qs(split.query), actor, given)
        except Refused as refused:
            after = {"retry-after": "60"} if "secondary" in str(refused) else {}
            return refused.status, refused.body, after

    def check_limits(self, method: str, path: str) -> None:
        if method in ("POST", "PATCH", "PUT") and path != "/graphql":
            now = time.monotonic()
            self.content = [*(at for at in self.content if at > now - 60), now]
            if len(self.content) > CONTENT_A_MINUTE:
                raise Refused(403, "You have exceeded a secondary rate limit. Please wait a few minutes.")

    def route(
        self, method: str, path: str, query: dict[str, list[str]], actor: Actor, given: dict[str, Any]
    ) -> tuple[int, Any, dict[str, str]]:
        prefix = f"/repos/{self.hub.name}/"
        if not path.startswith(prefix) or not actor.reads:
            raise Refused(404, "Not Found")
        if method != "GET" and not actor.writes:
            raise Refused(403, "Resource not accessible by integration")
        rest = path.removeprefix(prefix)
        for verb, pattern, handle in ROUTES:
            match = re.fullmatch(pattern, rest)
            if match and verb == method:
                answer = handle(self.hub, actor, query, given, *match.groups())
                if isinstance(answer, list):
                    return self.page(answer, query, path)
                return (204, None, {}) if answer is None else (200, answer, {})
        raise Refused(404, "Not Found")

    def page(self, entries: list[Any], query: dict[str, list[str]], path: str) -> tuple[int, Any, dict[str, str]]:
        """One page of a list. As GitHub's do, the links speak of the repository by its number."""
        size = min(int(query.get("per_page", ["30"])[0]), 100)
        at = int(query.get("page", ["1"])[0])
        pages = max(-(-len(entries) // size), 1)
        rest = path.removeprefix(f"/repos/{self.hub.name}/")
        link = f"<{self.url}/repositories/1/{rest}?per_page={size}&page="
        links = [f'{link}{at + 1}>; rel="next"', f'{link}{pages}>; rel="last"'] if at < pages else []
        if at > 1:
            links += [f'{link}1>; rel="first"', f'{link}{at - 1}>; rel="prev"']
        return 200, entries[(at - 1) * size : at * size], {"link": ", ".join(links)} if links else {}

    def graphql(self, actor: Actor, body: dict[str, Any]) -> dict[str, Any]:
        problems = validate(self.schema, parse(body["query"]))
        self.objections += [f"GraphQL: {problem.message}" for problem in problems]
        root = GraphQLRoot(self.hub, actor)
        done = graphql_sync(self.schema, body["query"], root, variable_values=body.get("variables"))
        return (
            done.formatted
            if done.errors is None
            else {**done.formatted, "errors": list(map(graphql_error, done.errors))}
        )


def graphql_error(error: Any) -> dict[str, Any]:
    kind = "NOT_FOUND" if "resolve" in error.message else "INVALID"
    return {"message": error.message, "type": kind, "path": error.path}


class GraphQLRoot:
    """What GraphQL queries start from."""

    def __init__(self, hub: Hub, actor: Actor) -> None:
        self.hub = hub
        self.actor = actor

    def nodes(self, _info: Any, ids: list[str]) -> list[dict[str, Any] | None]:
        posts: dict[str, Any] = {}
        for pull in self.hub.pulls.values():
            posts |= {each.node: ("PullRequestReview", each) for each in pull.reviews}
            posts |= {each.node: ("PullRequestReviewComment", each) for each in pull.comments}
        found = [posts.get(id_) for id_ in ids]
        return [
            {"__typename": each[0], "id": each[1].node, "viewerDidAuthor": each[1].author == self.actor}
            if each
            else None
            for each in found
        ]

    def repository(self, _info: Any, owner: str, name: str, **_: Any) -> Any:
        if f"{owner}/{name}" != self.hub.name or not self.actor.reads:
            raise ValueError(f"Could not resolve to a Repository with the name '{owner}/{name}'.")
        return GraphQLRepository(self.hub)


class GraphQLRepository:
    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    def object(self, _info: Any, oid: str) -> dict[str, Any] | None:
        data = self.hub.blobs.get(oid)
        if data is None:
            return None
        binary = b"\0" in data
        text = None if binary else data[: 512 * 1024].decode("utf-8", "replace")
        return {
            "__typename": "Blob",
            "oid": oid,
            "text": text,
            "isBinary": binary,
            "isTruncated": len(data) > 512 * 1024,
        }


Answer = Any
ROUTES: list[tuple[str, str, Callable[..., Answer]]] = [
    ("GET", r"pulls/(\d+)", lambda hub, _a, _q, _b, n: hub.told(hub.pull(int(n)))),
    ("GET", r"pulls", lambda hub, _a, q, _b: hub.with_head(q["head"][0], q.get("state", ["open"])[0])),
    ("GET", r"pulls/(\d+)/files", lambda hub, _a, _q, _b, n: hub.files(hub.pull(int(n)))[:LISTED_FILES]),
    (
        "GET",
        r"pulls/(\d+)/reviews",
        lambda hub, a, _q, _b, n: [*map(hub.review, hub.visible_reviews(hub.pull(int(n)), a))],
    ),
    ("POST", r"pulls/(\d+)/reviews", lambda hub, a, _q, b, n: hub.review(hub.post_review(hub.pull(int(n)), a, b))),
    ("PUT", r"pulls/(\d+)/reviews/(\d+)", lambda hub, a, _q, b, n, r: put_review(hub, a, b, int(n), int(r))),
    (
        "DELETE",
        r"pulls/(\d+)/reviews/(\d+)",
        lambda hub, a, _q, _b, n, r: hub.review(hub.delete_review(hub.pull(int(n)), a, int(r))),
    ),
    ("GET", r"pulls/(\d+)/comments", lambda hub, _a, _q, _b, n: [*map(hub.comment, hub.pull(int(n)).comments)]),
    ("PATCH", r"pulls/comments/(\d+)", lambda hub, a, _q, b, c: patch_comment(hub, a, b, int(c))),
    ("DELETE", r"pulls/comments/(\d+)", lambda hub, a, _q, _b, c: delete_comment(hub, a, int(c))),
    ("GET", r"compare/([0-9a-f]+)\.\.\.([0-9a-f]+)", lambda hub, _a, _q, _b, base, head: hub.compare(base, head)),
    ("GET", r"git/trees/([0-9a-f]+)", lambda hub, _a, _q, _b, sha: hub.tree(sha)),
    ("GET", r"git/blobs/([0-9a-f]+)", lambda hub, _a, _q, _b, sha: hub.blob(sha)),
]


def put_review(hub: Hub, actor: Actor, body: dict[str, Any], number: int, id_: int) -> dict[str, Any]:
    review = hub.own_review(hub.pull(number), actor, id_)
    review.body = body["body"]
    return hub.review(review)


def patch_comment(hub: Hub, actor: Actor, body: dict[str, Any], id_: int) -> dict[str, Any]:
    _, comment = hub.own_comment(actor, id_)
    comment.body = body["body"]
    return hub.comment(comment)


def delete_comment(hub: Hub, actor: Actor, id_: int) -> None:
    pull, comment = hub.own_comment(actor, id_)
    pull.comments.remove(comment)


class Handler(BaseHTTPRequestHandler):
    server_of_hub: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        own = self.server_of_hub
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        split = urlsplit(self.path)
        own.requests.append((self.command, self.path))
        own.before(self.command, self.path)
        fault = next((each for each in own.faults if each.meets(self.command, self.path)), None)
        status, answer, headers = 0, None, {}
        if fault is None or fault.after or not (fault.status or fault.drop):
            token = (self.headers.get("authorization") or "").split(" ")[-1]
            status, answer, headers = own.answer(self.command, self.path, token, body)
        data = b"" if answer is None else json.dumps(answer).encode()
        if fault is not None and fault.drop:
            self.close_connection = True
            return
        if fault is not None:
            time.sleep(fault.delay)
            if fault.status:
                status, data, headers = fault.status, fault.body.encode(), fault.headers
            if fault.truncate:
                data = data[: len(data) // 2]
        elif own.validate and split.path != "/graphql" and status != 401:
            own.objections += objections(self.command, split.path, split.query, body or None, status, data)
        self.respond(status, data, headers)

    do_POST = do_PATCH = do_PUT = do_DELETE = do_GET  # noqa: N815 - the names that http.server calls

    def respond(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json; charset=utf-8")
        limits = {"x-ratelimit-limit": "1000", "x-ratelimit-remaining": "900", "x-ratelimit-reset": "1900000000"}
        for name, value in {**limits, **headers}.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("content-length", str(len(data)))
        self.end_headers()
        try:
            self.wfile.write(data if status != 204 else b"")
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        pass
