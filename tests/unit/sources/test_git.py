import os

import pytest

from saya.errors import UserError
from saya.sources import git
from saya.sources.git import Change, Entry, Repository, find_repository


@pytest.fixture
def repository(work_tree) -> Repository:
    return Repository(work_tree.root)


def test_there_is_a_repository_only_where_git_keeps_one(work_tree, tmp_path):
    assert find_repository(work_tree.root) is not None
    assert find_repository(tmp_path) is None


def test_a_revision_is_a_commit_by_any_of_its_names(work_tree, repository):
    first = work_tree.commit("first")
    work_tree.git("tag", "--annotate", "--message=x", "v1")
    work_tree.git("branch", "feature/one")
    second = work_tree.commit()
    names = ("HEAD~1", "v1", "feature/one", first, first[:10], "main^")
    assert [repository.commit(name) for name in names] == [first] * 6
    assert repository.commit("HEAD") == second


@pytest.mark.parametrize(
    "revision", ["nonsense", "main..HEAD", "HEAD:file", "HEAD^{tree}", "^HEAD", "HEAD HEAD", "@{9}"]
)
def test_what_is_no_commit(work_tree, repository, revision):
    work_tree.write("file", "x")
    work_tree.commit()
    assert repository.commit(revision) is None


@pytest.mark.parametrize("revision", ["", "-h", "--output=x", "-", "a\nb", "a\0b"])
def test_what_is_no_name_of_a_revision_is_not_asked_for(repository, revision):
    with pytest.raises(UserError, match="is no revision; valid is a branch, a tag or a commit"):
        repository.commit(revision)


def test_merge_base(work_tree, repository):
    fork = work_tree.commit()
    work_tree.git("switch", "--quiet", "--create", "topic")
    topic = work_tree.commit("topic")
    work_tree.git("switch", "--quiet", "main")
    main = work_tree.commit("main")
    assert repository.merge_base(topic, main) == fork
    work_tree.git("switch", "--quiet", "--orphan", "alone")
    assert repository.merge_base(main, work_tree.commit()) is None


def test_the_tree_of_a_commit_with_names_of_every_kind(work_tree, repository):
    names = [
        "a b.yaml",
        'quo"te.yaml',
        "new\nline.yaml",
        "tab\t.yaml",
        "ümlaut/é.yaml",
        os.fsdecode(b"latin-\xe9.yaml"),
    ]
    for name in names:
        work_tree.write(name, name.encode("utf-8", "surrogateescape"))
    (work_tree.root / "link").symlink_to("a b.yaml")
    work_tree.write("run.sh", "x").chmod(0o755)
    commit = work_tree.commit()
    tree = repository.tree(commit)
    assert tree.keys() == {*names, "link", "run.sh"}
    assert (tree["link"].mode, tree["run.sh"].mode, tree["a b.yaml"].mode) == ("120000", "100755", "100644")
    contents = repository.blobs([entry.object for entry in tree.values()], largest=100)
    assert {name: contents[tree[name].object] for name in names} == {name: os.fsencode(name) for name in names}


def test_huge_blobs_are_not_read_and_missing_ones_left_out(work_tree, repository):
    work_tree.write("small", "1234")
    work_tree.write("huge", b"12345")
    tree = repository.tree(work_tree.commit())
    missing = "0123456789012345678901234567890123456789"
    contents = repository.blobs([tree["small"].object, tree["huge"].object, missing], largest=4)
    assert contents == {tree["small"].object: b"1234", tree["huge"].object: None}


def test_blobs_are_read_in_batches(work_tree, repository):
    for number in range(5):
        work_tree.write(f"{number}", f"{number}\n\0" * 10)
    tree = repository.tree(work_tree.commit())
    sizes = {entry.object: 30 for entry in tree.values()}
    batches = list(git._batches(sizes, most=70))
    assert [len(batch) for batch in batches] == [2, 2, 1]
    contents = repository.blobs(sizes, largest=100)
    assert {contents[tree[f"{number}"].object] for number in range(5)} == {f"{n}\n\0".encode() * 10 for n in range(5)}


def test_changes_between_commits(work_tree, repository):
    for name in ("same", "changed", "deleted", "old name", "copied"):
        work_tree.write(name, f"{name}\n" * 20)
    (work_tree.root / "was a file").write_text("x")
    base = work_tree.commit()
    work_tree.write("changed", "other")
    work_tree.write("added", "new")
    work_tree.write("copy", "copied\n" * 20)
    (work_tree.root / "deleted").unlink()
    (work_tree.root / "old name").rename(work_tree.root / "new\nname")
    (work_tree.root / "was a file").unlink()
    (work_tree.root / "was a file").symlink_to("same")
    head = work_tree.commit()
    assert set(repository.changes(base, head)) == {
        Change("changed", "changed"),
        Change(None, "added"),
        Change(None, "copy"),
        Change("deleted", None),
        Change("old name", "new\nname"),
        Change("was a file", "was a file"),
    }


def test_what_is_not_committed_yet(work_tree, repository):
    for name in ("same", "changed", "deleted", "staged"):
        work_tree.write(name, name)
    work_tree.write(".gitignore", "ignored\n")
    work_tree.commit()
    assert list(repository.uncommitted()) == []
    work_tree.write("changed", "other")
    work_tree.write("staged", "other")
    work_tree.git("add", "staged")
    (work_tree.root / "deleted").unlink()
    work_tree.write("ignored", "x")
    work_tree.write("folder/new\nname", "x")
    assert set(repository.uncommitted()) == {"changed", "staged", "deleted", "folder/new\nname"}


def test_a_linked_work_tree_is_a_repository_too(work_tree, tmp_path):
    work_tree.write("file", "x")
    commit = work_tree.commit()
    work_tree.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "other"))
    (tmp_path / "other" / "new").write_text("x")
    other = Repository(tmp_path / "other")
    assert other.commit("HEAD") == commit
    assert list(other.uncommitted()) == ["new"]


def test_the_users_own_environment_changes_nothing(work_tree, repository, monkeypatch, tmp_path):
    commit = work_tree.commit()
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"):
        monkeypatch.setenv(name, str(tmp_path / "nowhere"))
    assert repository.commit("HEAD") == commit
    assert Repository(work_tree.root).tree(commit) == {}


def test_a_repository_of_sha_256(tmp_path, work_tree):
    work_tree.git("init", "--quiet", "--object-format=sha256", str(tmp_path / "new"))
    other = type(work_tree)(tmp_path / "new")
    other.write("file", "x")
    commit = other.commit()
    assert len(commit) == 64
    entry = Repository(other.root).tree(commit)["file"]
    assert isinstance(entry, Entry)
    assert len(entry.object) == 64


def test_git_that_fails_is_one_line(work_tree, repository):
    with pytest.raises(UserError, match=r"^git ls-tree failed: [^\n]+$"):
        repository.tree("0" * 40)
    work_tree.write(".git/config", "[core\n")
    with pytest.raises(UserError, match=r"^git config failed: bad config line 1 in file [^\n]+$"):
        Repository(work_tree.root)


def test_git_that_is_not_there(work_tree, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UserError, match="git is not installed"):
        Repository(work_tree.root)


def test_git_that_does_not_answer(work_tree, tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").write_text("#!/bin/sh\nexec sleep 30\n")
    (tmp_path / "bin" / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(git, "TIMEOUT", 0.2)
    with pytest.raises(UserError, match="git config took longer than 0 s"):
        Repository(work_tree.root)


def test_what_only_looks_like_a_repository_is_not_taken_for_one_further_up(work_tree):
    work_tree.commit()
    (work_tree.root / "inner" / ".git").mkdir(parents=True)
    inner = Repository(work_tree.root / "inner")
    assert inner.commit("HEAD") is None
    with pytest.raises(UserError, match=r"^git rev-parse failed: not a git repository"):
        inner.is_shallow()
