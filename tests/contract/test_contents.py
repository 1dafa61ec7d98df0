"""Files of a revision without a checkout."""

import pytest

from saya.errors import GitHubError
from saya.github.client import Client
from saya.github.contents import LARGEST, Contents, Entry, RemoteFiles, is_blob
from saya.github.transport import Transport

from .hub import STRANGER, Hub, git_sha
from .server import Server


@pytest.fixture
def contents(transport: Transport, hub: Hub) -> Contents:
    return Contents(transport, hub.name)


def entry(data: bytes, hub: Hub) -> Entry:
    sha = git_sha("blob", data)
    hub.blobs[sha] = data
    return Entry(sha, len(data))


def test_the_merge_base_of_two_commits(contents: Contents, hub: Hub) -> None:
    common = hub.commit({"a": "1"})
    base, head = hub.commit({"a": "2"}, common), hub.commit({"a": "3"}, common)
    assert contents.merge_base(base, head) == common


def test_unrelated_histories_have_no_merge_base(contents: Contents, hub: Hub) -> None:
    assert contents.merge_base(hub.commit({"a": "1"}), hub.commit({"b": "1"})) is None


def test_a_commit_that_is_not_there_is_an_error(contents: Contents, hub: Hub) -> None:
    with pytest.raises(GitHubError) as caught:
        contents.merge_base(hub.commit({"a": "1"}), "0" * 40)
    assert caught.value.kind == "missing"


def test_a_tree_holds_regular_files_only(contents: Contents, hub: Hub) -> None:
    files = {"t.yaml": "a", "run.sh": "b", "link": "/proc/self/environ", "module": "c"}
    commit = hub.commit(files, None, **{"run.sh": "100755", "link": "120000", "module": "160000"})
    tree = contents.tree(commit)
    assert set(tree.entries) == set(files)
    assert set(RemoteFiles(contents, tree).below("")) == {"t.yaml", "run.sh"}


def test_the_files_of_a_revision(contents: Contents, hub: Hub, server: Server) -> None:
    files = {"a/t.yaml": "one", "a/b/t.yaml": "two", "c.yaml": "three"}
    remote = RemoteFiles(contents, contents.tree(hub.commit(files)))
    remote.fetch(["a/t.yaml", "c.yaml", "none.yaml"])
    asked = len(server.requests)
    assert (remote.read("a/t.yaml"), remote.read("none.yaml")) == (b"one", None)
    assert remote.holds("a/b/t.yaml", b"two")
    assert not remote.holds("a/b/t.yaml", b"three")
    assert set(remote.below("a")) == {"a/t.yaml", "a/b/t.yaml"}
    assert len(server.requests) == asked
    assert remote.read("a/b/t.yaml") == b"two"


def test_whoever_reads_one_file_of_a_folder_reads_its_kind(contents: Contents, hub: Hub, server: Server) -> None:
    files = {f"policies/{at:02}.yml": f"policy {at}" for at in range(30)}
    remote = RemoteFiles(contents, contents.tree(hub.commit({**files, "policies/large.bin": "x", "t.yml": "y"})))
    server.requests.clear()
    assert {path: remote.read(path) for path in files} == {path: text.encode() for path, text in files.items()}
    assert [path for _, path in server.requests] == ["/graphql"]


def test_a_tree_that_github_cut_says_so(contents: Contents, hub: Hub) -> None:
    hub.truncated_trees = True
    assert not contents.tree(hub.commit({"a": "1", "b": "2"})).complete


def test_a_hundred_files_cost_two_requests(contents: Contents, hub: Hub, server: Server) -> None:
    entries = [entry(f"file {at}".encode(), hub) for at in range(100)]
    assert contents.blobs(entries) == {each.sha: hub.blobs[each.sha] for each in entries}
    assert [path for _, path in server.requests] == ["/graphql", "/graphql"]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\0binary", id="binary"),
        pytest.param(b"\xff\xfenot UTF-8", id="not UTF-8"),
        pytest.param(b"x" * 600_000, id="large"),
        pytest.param(b"", id="empty"),
        pytest.param("\ufeffmark, \r\n and \r, \u2028".encode(), id="odd"),
    ],
)
def test_a_blob_is_what_its_sha_says(contents: Contents, hub: Hub, data: bytes) -> None:
    wanted = entry(data, hub)
    assert contents.blobs([wanted]) == {wanted.sha: data}


def test_a_blob_that_graphql_changed_is_asked_for_again(contents: Contents, hub: Hub, server: Server) -> None:
    wanted = entry(b"the truth", hub)
    body = '{"data": {"repository": {"b0": {"text": "a lie"}}}}'
    server.fail("POST", "/graphql", status=200, body=body)
    assert contents.blobs([wanted]) == {wanted.sha: b"the truth"}


def test_a_blob_that_is_another_is_an_error(contents: Contents, hub: Hub, server: Server) -> None:
    wanted = entry(b"the truth", hub)
    hub.blobs[wanted.sha] = b"a lie"
    with pytest.raises(GitHubError, match="is not that blob"):
        contents.blobs([wanted])


def test_without_graphql_blobs_are_read_one_by_one(contents: Contents, hub: Hub, server: Server) -> None:
    server.fail("POST", "/graphql", status=403)
    wanted = [entry(b"a", hub), entry(b"b", hub)]
    assert set(contents.blobs(wanted).values()) == {b"a", b"b"}


def test_a_file_that_is_too_large_is_not_read(contents: Contents, server: Server) -> None:
    assert contents.blobs([Entry("a" * 40, LARGEST + 1)]) == {}
    assert server.requests == []


def test_a_repository_that_a_token_does_not_see(contents: Contents, hub: Hub) -> None:
    commit = hub.commit({"a": "1"})
    hub.tokens["token"] = STRANGER
    with pytest.raises(GitHubError) as caught:
        contents.tree(commit)
    assert caught.value.kind == "missing"


def test_git_says_so_too() -> None:
    assert is_blob(b"hello\n", "ce013625030ba8dba906f756967f9e9ca394464a")
    assert is_blob(b"", "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813")


def test_the_pull_request_of_a_finished_run_is_found_by_its_head(client: Client, hub: Hub) -> None:
    pull = hub.open({"a": "1"}, {"a": "2"}, head_repository="stranger/site", branch="feature/x y")
    hub.open({"a": "1"}, {"a": "3"}, head_repository="other/site", branch="feature/x y")
    found = client.open_with_head("stranger", "feature/x y", pull.head)
    assert [each.number for each in found] == [pull.number]
    assert client.open_with_head("stranger", "feature/x y", pull.base) == ()
    pull.is_open = False
    assert client.open_with_head("stranger", "feature/x y", pull.head) == ()
