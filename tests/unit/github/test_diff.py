import subprocess

import pytest

from saya.github.diff import read_files, read_git_diff, read_hunks
from saya.report.diff import Diff, DiffLine

PATCH = """\
@@ -1,5 +1,6 @@
 Resources:
   Fn:
-    Architectures: [x86_64]
+    Architectures: [arm64]
+    AutoPublishAlias: live
     Timeout: 10
   Queue:
@@ -20,3 +21,2 @@ Outputs:
   A:
-    Value: 1
   B:
@@ -30 +30,0 @@
-gone"""


def entry(**given):
    return {"filename": "t.yaml", "status": "modified", "patch": PATCH, **given}


def commentable(diff: Diff, path: str = "t.yaml") -> list[int]:
    return [number for number in range(1, 60) if diff.hunk_of(path, number, number)]


def test_added_and_unchanged_lines_of_head_take_comments():
    assert commentable(read_files([entry()])) == [1, 2, 3, 4, 5, 6, 21, 22]


def test_a_range_lies_in_one_hunk():
    diff = read_files([entry()])
    assert diff.hunk_of("t.yaml", 2, 6) is diff.files["t.yaml"].hunks[0]
    assert diff.hunk_of("t.yaml", 6, 21) is None
    assert diff.hunk_of("other.yaml", 1, 1) is None


def test_lines_are_numbered_in_base_and_head():
    first, second, third = read_files([entry()]).files["t.yaml"].hunks
    assert first.lines[2:5] == (
        DiffLine("removed", "    Architectures: [x86_64]", 3, None),
        DiffLine("added", "    Architectures: [arm64]", None, 3),
        DiffLine("added", "    AutoPublishAlias: live", None, 4),
    )
    assert (second.title, second.start, second.stop) == ("Outputs:", 21, 22)
    assert (third.start, third.stop) == (None, None)
    assert third.lines == (DiffLine("removed", "gone", 30, None),)


@pytest.mark.parametrize(
    "given",
    [
        {"patch": None},
        {"status": "renamed", "previous_filename": "old.yaml", "patch": None},
        {"patch": ""},
        {"patch": "Binary files differ"},
        {"patch": "@@ -1,2 +1,9 @@\n one\n two"},
        {"patch": "@@ -1 +1 @@\n?what"},
        {"patch": "@@ -1,1 +1,1 @@\n-a\n-b\n+c"},
    ],
)
def test_a_file_whose_patch_is_absent_or_does_not_add_up_takes_no_comments(given):
    diff = read_files([{key: value for key, value in entry(**given).items() if value is not None}])
    assert diff.files["t.yaml"].patched is False
    assert commentable(diff) == []


def test_the_hunks_before_one_that_does_not_add_up_hold():
    diff = read_files([entry(patch="@@ -1 +1 @@\n-a\n+b\n@@ -9,3 +9,3 @@\n c")])
    assert commentable(diff) == [1]


def test_a_rename_says_from_where():
    changed = read_files([entry(status="renamed", previous_filename="old.yaml")]).files["t.yaml"]
    assert (changed.old_path, changed.status) == ("old.yaml", "renamed")


def test_a_last_line_without_line_feed_is_known():
    patch = "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file"
    lines = next(read_hunks(patch.split("\n"))).lines
    assert [line.final for line in lines] == [False, True, True]
    assert len(lines) == 3


def test_carriage_returns_and_other_separators_stay_in_their_line():
    lines = next(read_hunks(["@@ -0,0 +1,2 @@", "+a\r", "+b\x0c\u2028c"])).lines
    assert [line.text for line in lines] == ["a\r", "b\x0c\u2028c"]


def test_lines_that_look_like_headers_are_lines():
    patch = "@@ -1,2 +1,2 @@\n--- a\n+++ b\n @@ -9 +9 @@"
    (hunk,) = read_hunks(patch.split("\n"))
    assert [(line.change, line.text) for line in hunk.lines] == [
        ("removed", "-- a"),
        ("added", "++ b"),
        ("context", "@@ -9 +9 @@"),
    ]


def test_an_incomplete_list_is_known():
    assert read_files([entry()], complete=False).complete is False


@pytest.fixture
def repository(tmp_path):
    def git(*arguments):
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", str(tmp_path), *arguments]
        done = subprocess.run(command, capture_output=True, check=True)
        return done.stdout.decode()

    git("init", "-q")
    return tmp_path, git


def test_what_git_writes_is_read(repository):
    folder, git = repository
    odd = ['with "quotes".yaml', "tab\tand ü.yaml", "a b c.yaml", "x b&x.yaml", "b.yaml b"]
    for name in ["kept.yaml", "gone.yaml", "moved.yaml", "edited-and-moved.yaml", *odd]:
        (folder / name).write_text("".join(f"{name}: {number}\n" for number in range(40)))
    (folder / "data.bin").write_bytes(b"\0\1")
    git("add", "-A")
    git("commit", "-qm", "base")
    for name in ["kept.yaml", *odd]:
        lines = (folder / name).read_text().splitlines(keepends=True)
        lines[10] = "changed\n"
        lines[30:30] = ["added\n", "diff --git a/y b/y\n"]
        (folder / name).write_text("".join(lines))
    (folder / "gone.yaml").unlink()
    (folder / "moved.yaml").rename(folder / "there.yaml")
    (folder / "edited-and-moved.yaml").rename(folder / "here.yaml")
    (folder / "here.yaml").write_text((folder / "here.yaml").read_text() + "more")
    (folder / "new.yaml").write_text("one\ntwo")
    (folder / "empty.yaml").write_text("")
    (folder / "data.bin").write_bytes(b"\0\2")
    git("add", "-A")
    prefixes = ["--no-color", "--no-ext-diff", "--src-prefix=a/", "--dst-prefix=b/"]
    diff = read_git_diff(git("diff", *prefixes, "-M", "--cached", "HEAD"))

    assert {path: (each.status, each.old_path, each.patched) for path, each in diff.files.items()} == {
        "kept.yaml": ("modified", None, True),
        **dict.fromkeys(odd, ("modified", None, True)),
        "gone.yaml": ("removed", None, True),
        "there.yaml": ("renamed", "moved.yaml", False),
        "here.yaml": ("renamed", "edited-and-moved.yaml", True),
        "new.yaml": ("added", None, True),
        "empty.yaml": ("added", None, False),
        "data.bin": ("modified", None, False),
    }
    for name in ["kept.yaml", *odd]:
        assert commentable(diff, name) == [*range(8, 15), *range(28, 36)]
    assert commentable(diff, "gone.yaml") == []
    assert [line.final for hunk in diff.files["new.yaml"].hunks for line in hunk.lines] == [False, True]
