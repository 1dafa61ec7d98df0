import os

import pytest

from saya.errors import ConfigError, UserError
from saya.sources import revision
from saya.sources.git import Repository
from saya.sources.revision import (
    BaseName,
    Commit,
    commit_differences,
    folder_differences,
    open_commit,
    read_base,
)
from saya.sources.workspace import Folder


@pytest.fixture
def repository(work_tree) -> Repository:
    return Repository(work_tree.root)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("stack:orders-prod", BaseName("stack", "orders-prod")),
        ("git:main", BaseName("git", "main")),
        ("path:main", BaseName("path", "main")),
        ("main", BaseName("git", "main")),
        ("origin/main", BaseName("git", "origin/main")),
        ("folder", BaseName("path", "folder")),
        ("./folder", BaseName("path", "./folder")),
        ("HEAD:folder", BaseName("git", "HEAD:folder")),
        ("a\0b", BaseName("git", "a\0b")),
    ],
)
def test_what_a_base_names(work_tree, given, expected):
    work_tree.write("folder/file")
    work_tree.commit()
    assert read_base(given, work_tree.root) == expected


@pytest.mark.parametrize("given", ["stack:", "git:", "path:"])
def test_a_base_without_a_name(work_tree, given):
    with pytest.raises(ConfigError, match=f"`{given}` names no base; valid is {given}NAME"):
        read_base(given, work_tree.root)


def test_a_path_that_is_a_revision_too_is_refused(work_tree):
    work_tree.write("main/t.yaml")
    work_tree.commit()
    with pytest.raises(ConfigError, match="`main` is a revision and a path; write git:main or path:main"):
        read_base("main", work_tree.root)
    assert read_base("./main", work_tree.root) == BaseName("path", "./main")


def test_the_files_of_a_commit(work_tree, repository):
    work_tree.write("a/b.yaml", "B")
    work_tree.write("c.yaml", "C")
    (work_tree.root / "link.yaml").symlink_to("c.yaml")
    files = Commit(repository, work_tree.commit())
    work_tree.write("c.yaml", "changed since")
    assert (files.read("a/b.yaml"), files.read("c.yaml")) == (b"B", b"C")
    assert [files.read(path) for path in ("link.yaml", "a", "nowhere", "../c.yaml", "")] == [None] * 5
    assert (list(files.below("")), list(files.below("a"))) == (["a/b.yaml", "c.yaml"], ["a/b.yaml"])
    assert files.holds("c.yaml", b"C")
    assert not files.holds("c.yaml", b"changed since")
    assert not files.holds("link.yaml", b"c.yaml")


def test_holding_agrees_with_sha_256(work_tree, tmp_path):
    work_tree.git("init", "--quiet", "--object-format=sha256", str(tmp_path / "new"))
    other = type(work_tree)(tmp_path / "new")
    other.write("file", "content")
    files = Commit(Repository(other.root), other.commit())
    assert files.holds("file", b"content")
    assert not files.holds("file", b"contents")


def test_a_huge_file_of_a_commit_is_not_read(work_tree, repository, monkeypatch):
    monkeypatch.setattr(revision, "LARGEST", 10)
    work_tree.write("t.yaml", b" " * 11)
    files = Commit(repository, work_tree.commit())
    with pytest.raises(UserError, match=r"t\.yaml: is larger than"):
        files.read("t.yaml")


def clone(work_tree, to, *options: str):
    """A clone as a runner makes it; returns its work tree."""
    work_tree.git("clone", "--quiet", *options, f"file://{work_tree.root}", str(to))
    return type(work_tree)(to)


def test_a_shallow_clone_without_the_base(work_tree, tmp_path):
    base = work_tree.commit("base")
    work_tree.commit("head")
    shallow = clone(work_tree, tmp_path / "shallow", "--depth=1")
    repository = Repository(shallow.root)
    with pytest.raises(ConfigError) as caught:
        open_commit(repository, base, merge_base=False)
    assert str(caught.value) == (
        f"the base `{base}` is not in this shallow clone; check out with `fetch-depth: 0`, or run "
        f"`git fetch --depth=1 origin {base}`"
    )
    work_tree.git("config", "uploadpack.allowAnySHA1InWant", "true")
    shallow.git("fetch", "--quiet", "--depth=1", "origin", base)
    assert open_commit(repository, base, merge_base=False).name == base


def test_a_branch_that_a_shallow_clone_lacks_is_named_as_the_server_does(work_tree, tmp_path):
    work_tree.commit()
    shallow = clone(work_tree, tmp_path / "shallow", "--depth=1")
    with pytest.raises(ConfigError, match="run `git fetch --depth=1 origin release`"):
        open_commit(Repository(shallow.root), "origin/release", merge_base=False)


def test_a_shallow_clone_without_the_merge_base(work_tree, tmp_path):
    work_tree.commit("fork")
    work_tree.git("switch", "--quiet", "--create", "topic")
    work_tree.commit("topic")
    work_tree.git("switch", "--quiet", "main")
    work_tree.commit("main")
    shallow = clone(work_tree, tmp_path / "shallow", "--depth=1", "--no-single-branch", "--branch=topic")
    with pytest.raises(ConfigError, match=r"no merge base of `origin/main` and HEAD; check out with `fetch-depth: 0`"):
        open_commit(Repository(shallow.root), "origin/main", merge_base=True)


def test_the_merge_base_is_the_base_when_asked_for(work_tree, repository):
    fork = work_tree.commit("fork")
    work_tree.git("switch", "--quiet", "--create", "topic")
    work_tree.commit("topic")
    work_tree.git("switch", "--quiet", "main")
    main = work_tree.commit("main")
    work_tree.git("switch", "--quiet", "topic")
    assert open_commit(repository, "main", merge_base=True).name == fork
    assert open_commit(repository, "main", merge_base=False).name == main
    work_tree.git("switch", "--quiet", "--orphan", "alone")
    work_tree.commit("alone")
    with pytest.raises(ConfigError, match="`main` and HEAD have no merge base"):
        open_commit(repository, "main", merge_base=True)


def test_what_is_no_base_at_all(work_tree, repository):
    work_tree.commit()
    with pytest.raises(ConfigError, match="the base `nonsense` is neither a revision nor a path; valid is a branch, "):
        open_commit(repository, "nonsense", merge_base=False)


def test_a_partial_clone_fetches_nothing_and_says_so(work_tree, tmp_path):
    work_tree.write("t.yaml", "old")
    base = work_tree.commit("base")
    work_tree.write("t.yaml", "new")
    work_tree.commit("head")
    work_tree.git("config", "uploadpack.allowFilter", "true")
    partial = clone(work_tree, tmp_path / "partial", "--filter=blob:none")
    files = open_commit(Repository(partial.root), base, merge_base=False)
    with pytest.raises(ConfigError, match=r"missing in this partial clone; clone without `--filter`"):
        files.read("t.yaml")


def test_how_a_work_tree_differs_from_a_commit(work_tree, repository):
    for name in ("same", "committed", "uncommitted", "moved", "deleted"):
        work_tree.write(name, f"{name}\n" * 10)
    base = Commit(repository, work_tree.commit("base"))
    work_tree.write("committed", "x")
    (work_tree.root / "moved").rename(work_tree.root / "moved away")
    (work_tree.root / "deleted").unlink()
    work_tree.commit("head")
    work_tree.write("uncommitted", "x")
    work_tree.write("untracked", "x")
    changed, renamed = commit_differences(base)
    assert changed == {"committed", "uncommitted", "moved", "moved away", "deleted", "untracked"}
    assert renamed == {"moved away": "moved"}


def test_a_work_tree_without_a_commit_of_its_own(work_tree, repository):
    work_tree.write("old", "x")
    base = Commit(repository, work_tree.commit())
    work_tree.git("switch", "--quiet", "--orphan", "new")
    work_tree.write("new", "x")
    assert commit_differences(base).changed == {"old", "new"}


def test_a_detached_head(work_tree, repository):
    base = Commit(repository, work_tree.commit("base"))
    work_tree.write("new", "x")
    work_tree.commit("head")
    work_tree.git("switch", "--quiet", "--detach", "HEAD")
    assert commit_differences(base).changed == {"new"}


def test_the_submodule_that_a_path_lies_in(work_tree, repository, tmp_path):
    other = type(work_tree)(tmp_path / "other")
    other.root.mkdir()
    other.git("init", "--quiet")
    other.write("t.yaml", "x")
    other.commit()
    work_tree.git("submodule", "--quiet", "add", str(other.root), "vendored/module")
    files = Commit(repository, work_tree.commit())
    assert files.submodule("vendored/module/t.yaml") == "vendored/module"
    assert files.submodule("vendored/t.yaml") is None
    assert not files.has("vendored/module")


def write(root, files: dict[str, str]) -> Folder:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return Folder(root)


def test_how_folders_differ(tmp_path):
    base = write(tmp_path / "base", {"same": "x", "changed": "x", "sub/deleted": "x", ".git/config": "x"})
    head = write(tmp_path / "head", {"same": "x", "changed": "y", "sub/added": "x", ".git/config": "y"})
    (tmp_path / "head" / "link").symlink_to("same")
    os.mkfifo(tmp_path / "head" / "pipe")
    os.mkfifo(tmp_path / "base" / "pipe")
    assert folder_differences(base, head).changed == {"changed", "sub/deleted", "sub/added"}


def test_the_files_of_a_folder(tmp_path):
    files = write(tmp_path / "root", {"a/b.yaml": "B", "c.yaml": "C"})
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "t.yaml").write_text("secret")
    (tmp_path / "root" / "link").symlink_to(tmp_path / "outside")
    (tmp_path / "root" / "file.yaml").symlink_to(tmp_path / "outside" / "t.yaml")
    assert files.read("a/b.yaml") == b"B"
    refused = ("link/t.yaml", "file.yaml", "../outside/t.yaml", "/etc/passwd", "a", "", "a//b.yaml", "nowhere", "a\0b")
    assert [files.read(path) for path in refused] == [None] * len(refused)
    assert list(files.below("")) == ["c.yaml", "a/b.yaml"]
    assert files.holds("c.yaml", b"C")
    assert not files.holds("c.yaml", b"B")
