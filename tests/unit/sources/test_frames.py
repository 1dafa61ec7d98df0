from pathlib import Path

import pytest

from saya.sources.frames import Authors, Frame, read_frames
from saya.sources.workspace import Folder


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("new Service (/app/lib/service.ts:21:5)", Frame("/app/lib/service.ts", 21)),
        ("/app/lib/service.ts:21:5", Frame("/app/lib/service.ts", 21)),
        ("Object.<anonymous> (file:///app/lib/service.mjs:3:1)", Frame("/app/lib/service.mjs", 3)),
        ("at new Service (C:\\app\\lib\\service.js:21:5)", Frame("C:/app/lib/service.js", 21)),
        ("__init__ (/app/stack/service.py:17)", Frame("/app/stack/service.py", 17)),
        ("async Promise.all (/app/lib/a b.ts:4:2)", Frame("/app/lib/a b.ts", 4)),
    ],
)
def test_a_frame_is_read(line, expected):
    assert list(read_frames([line])) == [expected]


@pytest.mark.parametrize(
    "line",
    [
        "...new Function2 in aws-cdk-lib...",
        "(no user code in 60 frames, use --stack-trace-limit to capture more)",
        "new Function2 (/app/node_modules/aws-cdk-lib/aws-lambda/lib/function.js:1:2)",
        "__init__ (/app/.venv/lib/python3.13/site-packages/aws_cdk/__init__.py:9)",
        "Module._compile (node:internal/modules/cjs/loader:1554:14)",
        "call (webpack://@jsii/runtime/lib/kernel.ts:1:2)",
        "new Service (/app/lib/service.ts)",
        "new Service (/app/template.json:1:1)",
        "x" * 2_000 + ".ts:1:1",
        7,
        None,
    ],
)
def test_what_is_no_frame_of_an_author_is_left_out(line):
    assert list(read_frames([line])) == []


def test_a_trace_may_be_one_text_or_nothing_at_all():
    assert list(read_frames("Error\n    at new A (/app/a.ts:1:1)\n")) == [Frame("/app/a.ts", 1)]
    assert list(read_frames({"a": 1})) == list(read_frames(None)) == []


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "infra/lib").mkdir(parents=True)
    (tmp_path / "shared").mkdir()
    (tmp_path / "infra/lib/service.ts").write_text("import a;\n\n  new Service(this);  \n")
    (tmp_path / "shared/queue.ts").write_text("new Queue();\n")
    return tmp_path


def authors(tree: Path, *roots: tuple[str, str]) -> Authors:
    return Authors(Folder(tree), "infra", roots, lambda path: f"told/{path}")


@pytest.mark.parametrize(
    ("path", "line", "expected"),
    [
        ("lib/service.ts", 3, "told/infra/lib/service.ts"),  # as fixtures have it
        ("/elsewhere/repository/infra/lib/service.ts", 3, "told/infra/lib/service.ts"),  # made on another machine
        ("/elsewhere/repository/shared/queue.ts", 1, "told/shared/queue.ts"),
        ("/elsewhere/lib/other.ts", 3, None),
        ("../outside.ts", 1, None),
        ("lib/service.ts", 2, None),  # an empty line: the trace is of another state of the file
        ("lib/service.ts", 400, None),
    ],
)
def test_the_file_is_found_by_the_end_of_its_path(tree, path, line, expected):
    places = authors(tree).places([Frame(path, line)])
    assert [place.path for place in places] == ([expected] if expected else [])


def test_the_location_is_the_text_of_the_statement(tree):
    (place,) = authors(tree).places([Frame("lib/gone.ts", 1), Frame("lib/service.ts", 3)])
    assert place.source.text[place.span.start : place.span.end] == "new Service(this);"


def test_all_statements_on_the_way_are_told_once_from_the_inside_out(tree):
    frames = [Frame("lib/service.ts", 3), Frame("/x/shared/queue.ts", 1), Frame("lib/service.ts", 3)]
    places = [place.path for place in authors(tree).places(frames)]
    assert places == ["told/infra/lib/service.ts", "told/shared/queue.ts"]


def test_below_a_root_that_is_known_nothing_else_is_meant(tree):
    known = authors(tree, ("/build/tree", ""))
    assert list(known.places([Frame("/build/tree/shared/queue.ts", 1)]))
    assert not list(known.places([Frame("/build/tree/lib/service.ts", 3)]))


def test_a_link_is_no_file_of_the_author(tree):
    (tree / "infra/lib/link.ts").symlink_to("/etc/passwd")
    assert not list(authors(tree).places([Frame("lib/link.ts", 1)]))
