import os
import socket
from pathlib import Path

import pytest

from saya.errors import ParseError, UserError
from saya.sources.base import Candidate
from saya.sources.workspace import LARGEST, decode, find_candidates, read_bytes, tree_root


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A work tree in which the user stands."""
    (tmp_path / "tree" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "tree")
    return tmp_path / "tree"


def write(path: Path, text: str = "{}") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def shown(*paths: str) -> list[str]:
    return [str(found) if isinstance(found, UserError) else found.shown for found in find_candidates(paths)]


def test_finds_files_by_suffix_in_order(tree):
    for name in ("b.yaml", "a.json", "sub/c.yml", "sub/deep/d.template", "readme.md", "e.YAML", "x.template.json"):
        write(tree / name)
    assert shown(".") == ["a.json", "b.yaml", "e.YAML", "x.template.json", "sub/c.yml", "sub/deep/d.template"]


def test_leaves_out_what_is_vendored_or_built(tree):
    kept = write(tree / "service" / "template.yaml")
    left_out = ("node_modules", ".git", ".venv", "dist", "build", ".aws-sam", "cdk.out", ".serverless", "site-packages")
    for folder in left_out:
        write(tree / "service" / folder / "template.yaml")
    assert shown(".") == [kept.relative_to(tree).as_posix()]


def test_a_folder_that_is_named_is_searched_whatever_its_name(tree):
    write(tree / "cdk.out" / "stack.template.json")
    assert shown("cdk.out") == ["cdk.out/stack.template.json"]


def test_a_named_file_is_taken_whatever_its_suffix_and_once(tree):
    write(tree / "stack.txt")
    write(tree / "a.json")
    candidates = list(find_candidates(["stack.txt", "./stack.txt", ".", "a.json"]))
    assert [(found.shown, found.named) for found in candidates] == [("stack.txt", True), ("a.json", False)]


def test_paths_are_shown_as_given(tree):
    write(tree / "a" / "t.json")
    assert shown("./a/../a") == ["a/t.json"]
    assert shown(str(tree / "a")) == [f"{tree}/a/t.json"]


def test_what_is_not_there_is_an_error_and_the_rest_goes_on(tree):
    write(tree / "t.json")
    first, second = shown("nowhere.yaml", "t.json")
    assert first == "nowhere.yaml: cannot be opened: no such file or directory; name a template or a folder"
    assert second == "t.json"


@pytest.mark.parametrize("given", ["", "a\0b"])
def test_paths_that_are_none(tree, given):
    assert shown(given) == ["a path is empty or holds a NUL; name a template or a folder"]


def test_links_in_a_folder_are_not_followed(tree, tmp_path):
    secret = write(tmp_path / "secret.yaml")
    write(tmp_path / "outside" / "t.yaml")
    (tree / "link.yaml").symlink_to(secret)
    (tree / "folder").symlink_to(tmp_path / "outside")
    (tree / "loop").symlink_to(tree)
    assert shown(".") == []


def test_a_named_link_out_of_the_tree_is_refused(tree, tmp_path):
    secret = write(tmp_path / "secret.yaml")
    write(tmp_path / "outside" / "t.yaml")
    (tree / "link.yaml").symlink_to(secret)
    (tree / "folder").symlink_to(tmp_path / "outside")
    for given in ("link.yaml", "folder", "folder/t.yaml"):
        assert shown(given) == [f"{given}: is a symbolic link that leads out of its tree; name the file itself"]


def test_a_named_link_inside_the_tree_is_followed(tree):
    write(tree / "real" / "t.yaml")
    (tree / "link.yaml").symlink_to("real/t.yaml")
    assert shown("link.yaml") == ["link.yaml"]


def test_a_link_above_the_tree_is_the_users_own(tree, tmp_path, monkeypatch):
    write(tree / "t.yaml")
    (tmp_path / "home").symlink_to(tree)
    monkeypatch.chdir(tmp_path)
    assert shown("home/t.yaml") == ["home/t.yaml"]


def test_a_link_in_a_circle(tree):
    (tree / "a.yaml").symlink_to("b.yaml")
    (tree / "b.yaml").symlink_to("a.yaml")
    (only,) = shown("a.yaml")
    assert only.startswith("a.yaml: cannot be opened: ")


def test_only_regular_files_are_read(tree):
    os.mkfifo(tree / "pipe.yaml")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.yaml")
        for name in ("pipe.yaml", "socket.yaml"):
            with pytest.raises(UserError, match=r"is not a regular file|cannot be read"):
                read_bytes(Candidate(tree / name, name, named=True))


def test_a_file_that_became_a_link_is_not_read(tree, tmp_path):
    write(tmp_path / "secret.yaml")
    (tree / "t.yaml").symlink_to(tmp_path / "secret.yaml")
    with pytest.raises(UserError, match="cannot be read"):
        read_bytes(Candidate(tree / "t.yaml", "t.yaml", named=False))


def test_a_file_without_permission(tree, monkeypatch):
    write(tree / "t.yaml")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")  # chmod would not do: root reads everything

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(UserError, match="cannot be read: permission denied"):
        read_bytes(Candidate(tree / "t.yaml", "t.yaml", named=True))


def test_the_root_of_a_work_tree(tree, tmp_path):
    folder = write(tree / "a" / "b" / "t.yaml").parent
    assert tree_root(folder) == tree
    write(tree / "a" / ".git", "gitdir: elsewhere")
    assert tree_root(folder) == tree / "a"
    assert tree_root(tmp_path) == tmp_path


def test_decoding_keeps_line_ends_and_remembers_the_mark():
    source = decode(b"\xef\xbb\xbfA: 1\r\nB: 2\r\n", "t.yaml")
    assert (source.text, source.bom) == ("A: 1\r\nB: 2\r\n", True)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("A: é\n".encode("latin-1"), "t.yaml:1:4: is not UTF-8: byte 0xe9; save it as UTF-8"),
        (b"A: 1\nB: \xc3\xa9 \xff\n", "t.yaml:2:6: is not UTF-8: byte 0xff; save it as UTF-8"),
        ("A: 1".encode("utf-16"), "t.yaml:1:1: is UTF-16; save it as UTF-8"),
        (b" " * (LARGEST + 1), "t.yaml: is larger than 16 MB; CloudFormation takes at most 1 MB"),
    ],
    ids=["latin-1", "after characters of two bytes", "utf-16", "too large"],
)
def test_what_cannot_be_decoded(data, message):
    with pytest.raises(ParseError) as caught:
        decode(data, "t.yaml")
    assert str(caught.value) == message
