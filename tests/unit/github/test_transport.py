"""How GitHub's errors are told: one line each, with the right kind, and never repeated where it could do harm."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import responses

from saya.errors import GitHubError
from saya.github.transport import Timing, Transport

API = "https://api.github.com:443"  # PyGithub names the port
PATH = "/repos/octo/site/pulls/1"


@pytest.fixture
def mock() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def transport(mock: responses.RequestsMock, slept: list[float]) -> Iterator[Transport]:
    timing = Timing(requests=0, writes=0)
    with Transport("token", "https://api.github.com", timing=timing, sleep=slept.append) as transport:
        yield transport


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, "missing"),
        (400, "invalid"),
        (401, "forbidden"),
        (403, "forbidden"),
        (404, "missing"),
        (406, "invalid"),
        (409, "conflict"),
        (410, "missing"),
        (422, "invalid"),
        (451, "missing"),
        (500, "unavailable"),
        (503, "unavailable"),
    ],
)
def test_errors_have_a_kind_and_one_line(
    mock: responses.RequestsMock, transport: Transport, status: int, kind: str
) -> None:
    mock.get(API + PATH, status=status, json={"message": "It is\nso", "errors": [{"message": "and so"}, "and more"]})
    with pytest.raises(GitHubError) as caught:
        transport.read(PATH)
    assert (caught.value.kind, caught.value.uncertain) == (kind, False)
    assert str(caught.value) == f"GitHub answered {status} to GET {PATH}: It is so; and so; and more"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"status": 500, "body": "<html>oops"}, id="500"),
        pytest.param({"status": 200, "body": '{"id": 1'}, id="truncated"),
        pytest.param({"body": requests.ConnectionError("reset")}, id="reset"),
        pytest.param({"body": requests.ReadTimeout("late")}, id="late"),
        pytest.param({"body": requests.exceptions.ChunkedEncodingError("cut")}, id="cut"),
    ],
)
def test_a_read_is_tried_four_times_and_a_write_once(
    mock: responses.RequestsMock, transport: Transport, slept: list[float], answer: dict[str, Any]
) -> None:
    mock.get(API + PATH, **answer)
    mock.post(API + PATH, **answer)
    with pytest.raises(GitHubError) as read:
        transport.read(PATH)
    assert (read.value.kind, read.value.uncertain, slept) == ("unavailable", False, [1, 2, 4])
    with pytest.raises(GitHubError) as written:
        transport.write("POST", PATH, {"body": "x"})
    assert (written.value.kind, written.value.uncertain, slept) == ("unavailable", True, [1, 2, 4])
    assert (transport.requests, transport.writes) == (5, 1)


@pytest.mark.parametrize("method", ["PATCH", "POST", "PUT", "DELETE"])
def test_a_503_with_retry_after_is_not_repeated_when_it_writes(
    mock: responses.RequestsMock, transport: Transport, method: str
) -> None:
    mock.add(method, API + PATH, status=503, headers={"Retry-After": "1"})
    with pytest.raises(GitHubError):
        transport.write(method, PATH, {"body": "x"})
    assert transport.requests == 1


@pytest.mark.parametrize("method", ["GET", "PATCH", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    ("given", "waited"),
    [
        ({"status": 403, "headers": {"Retry-After": "5"}}, 5),
        ({"status": 429, "headers": {"Retry-After": "5"}}, 5),
        ({"status": 429}, 60),
        ({"status": 429, "headers": {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}}, 60),
        ({"status": 403, "json": {"message": "You have exceeded a secondary rate limit."}}, 60),
        ({"status": 403, "headers": {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}}, 1),
    ],
)
def test_limits_are_waited_for_whatever_the_method(
    mock: responses.RequestsMock,
    transport: Transport,
    slept: list[float],
    method: str,
    given: dict[str, Any],
    waited: float,
) -> None:
    mock.add(method, API + PATH, **given)
    mock.add(method, API + PATH, json={"id": 1})
    reply = transport.read(PATH) if method == "GET" else transport.write(method, PATH, {})
    assert reply.data["id"] == 1
    assert slept == [waited]


def test_waiting_grows_and_ends(mock: responses.RequestsMock, transport: Transport, slept: list[float]) -> None:
    mock.get(API + PATH, status=429)
    with pytest.raises(GitHubError, match="longer than a job should wait") as caught:
        transport.read(PATH)
    assert (caught.value.kind, slept) == ("limited", [60])


def test_a_forbidden_request_is_not_waited_for(
    mock: responses.RequestsMock, transport: Transport, slept: list[float]
) -> None:
    headers = {"X-RateLimit-Remaining": "900", "X-RateLimit-Reset": "1900000000"}
    mock.post(API + PATH, status=403, json={"message": "Resource not accessible by integration"}, headers=headers)
    with pytest.raises(GitHubError, match="not accessible"):
        transport.write("POST", PATH, {})
    assert slept == []


def test_the_pages_of_a_list_are_asked_for_by_number_whatever_host_the_links_name(
    mock: responses.RequestsMock, transport: Transport
) -> None:
    link = (
        '<https://elsewhere.example/repositories/1/x?per_page=100&page=2>; rel="next", <https://x/?page=2>; rel="last"'
    )
    first = responses.matchers.query_param_matcher({"per_page": "100"})
    second = responses.matchers.query_param_matcher({"per_page": "100", "page": "2"})
    mock.get(f"{API}/list", match=[first], json=[{"id": 1}], headers={"Link": link})
    mock.get(f"{API}/list", match=[second], json=[{"id": 2}])
    assert list(transport.pages("/list")) == [[{"id": 1}], [{"id": 2}]]


def test_pages_that_never_end_do(mock: responses.RequestsMock, transport: Transport) -> None:
    mock.get(f"{API}/list", json=[], headers={"Link": '<https://x/?page=1>; rel="next"'})
    assert list(transport.pages("/list")) == [[]]


@pytest.mark.parametrize("answer", [{}, "text", [1], None])
def test_a_list_that_is_none(mock: responses.RequestsMock, transport: Transport, answer: object) -> None:
    mock.get(f"{API}/list", json=answer)
    with pytest.raises(GitHubError, match="cannot be read"):
        list(transport.pages("/list"))


def test_a_redirection_to_another_host_is_not_followed(mock: responses.RequestsMock, transport: Transport) -> None:
    mock.get(API + PATH, status=301, headers={"Location": "https://evil.example/x"})
    with pytest.raises(GitHubError, match="cannot be followed"):
        transport.read(PATH)
    assert all(call.request.url.startswith(API) for call in mock.calls)


@pytest.mark.parametrize(
    ("type_", "kind"),
    [("FORBIDDEN", "forbidden"), ("NOT_FOUND", "missing"), ("RATE_LIMITED", "limited"), ("X", "invalid")],
)
def test_errors_of_graphql(mock: responses.RequestsMock, transport: Transport, type_: str, kind: str) -> None:
    mock.post(f"{API}/graphql", json={"data": None, "errors": [{"type": type_, "message": "no"}]})
    with pytest.raises(GitHubError) as caught:
        transport.query("query { viewer { login } }", {})
    assert caught.value.kind == kind


def test_a_part_that_graphql_did_not_find_leaves_the_rest(mock: responses.RequestsMock, transport: Transport) -> None:
    answer = {"data": {"nodes": [{"id": "a"}, None]}, "errors": [{"type": "NOT_FOUND", "message": "no"}]}
    mock.post(f"{API}/graphql", json=answer)
    assert transport.query("query", {})["nodes"][0] == {"id": "a"}


def test_github_enterprise_has_its_graphql_elsewhere(mock: responses.RequestsMock) -> None:
    mock.post("https://ghe.example:443/api/graphql", json={"data": {"x": 1}})
    with Transport("token", "https://ghe.example/api/v3", timing=Timing(requests=0, writes=0)) as transport:
        assert transport.query("query", {}) == {"x": 1}


def test_requests_name_the_token_and_the_version_of_the_api(mock: responses.RequestsMock, transport: Transport) -> None:
    mock.get(API + PATH, json={})
    transport.read(PATH)
    headers = mock.calls[0].request.headers
    assert (headers["Authorization"], headers["X-GitHub-Api-Version"]) == ("token token", "2022-11-28")
