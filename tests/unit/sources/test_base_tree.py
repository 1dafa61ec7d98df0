import os
import subprocess
from pathlib import Path

import pytest

from saya.errors import UserError
from saya.sources.base_tree import check_locks, open_base_tree
from saya.sources.git import find_repository
from saya.sources.revision import Commit, open_commit
from saya.sources.workspace import Folder


def base_of(work_tree) -> Commit:
    repository = find_repository(work_tree.root)
    assert repository is not None
    return open_commit(repository, "HEAD", merge_base=False)


def listed(tree: Path) -> set[str]:
    return {path.relative_to(tree).as_posix() for path in tree.rglob("*") if not path.is_dir() or path.is_symlink()}


def test_the_files_of_base_are_as_they_were_committed(work_tree):
    work_tree.write("app/synth.sh", "#!/bin/sh\n").chmod(0o755)
    work_tree.write("app/a.ts", "before")
    (work_tree.root / "link.ts").symlink_to("app/a.ts")
    work_tree.commit()
    work_tree.write("app/a.ts", "after")
    work_tree.write("app/new.ts", "new")
    with open_base_tree(base_of(work_tree), work_tree.root, "app") as tree:
        assert listed(tree) == {"app/synth.sh", "app/a.ts", "link.ts"}
        assert os.access(tree / "app/synth.sh", os.X_OK)
        assert not os.access(tree / "app/a.ts", os.X_OK)
        assert (tree / "link.ts").read_text() == "before"
    assert not tree.exists()


def test_no_link_of_base_leads_one_of_its_files_elsewhere(work_tree, tmp_path):
    """A tree that is made by hand may have a link and a folder of one name."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    planted, target = work_tree.write("file", "planted"), work_tree.write("target", str(elsewhere))
    blob, link = (work_tree.git("hash-object", "-w", str(path)) for path in (planted, target))

    def tree(*entries: str) -> str:
        given = "".join(f"{entry}\n" for entry in entries)
        done = subprocess.run(
            ["git", "mktree"], cwd=work_tree.root, input=given, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    inner = tree(f"100644 blob {blob}\tfile")
    outer = tree(f"120000 blob {link}\ta", f"040000 tree {inner}\ta")
    commit = work_tree.git("commit-tree", "-m", "x", outer)
    repository = find_repository(work_tree.root)
    assert repository is not None
    with open_base_tree(Commit(repository, commit), work_tree.root, "") as made:
        assert list(elsewhere.iterdir()) == []
        assert (made / "a/file").read_text() == "planted"


def test_what_cannot_be_written_is_one_line(work_tree):
    """A tree that is made by hand may have a file and a folder of one name."""
    blob = work_tree.git("hash-object", "-w", str(work_tree.write("file", "x")))

    def tree(given: str) -> str:
        done = subprocess.run(
            ["git", "mktree"], cwd=work_tree.root, input=given, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    inner = tree(f"100644 blob {blob}\tfile\n")
    commit = work_tree.git("commit-tree", "-m", "x", tree(f"100644 blob {blob}\ta\n040000 tree {inner}\ta\n"))
    repository = find_repository(work_tree.root)
    assert repository is not None
    with pytest.raises(UserError, match="its files cannot be written: "):
        open_base_tree(Commit(repository, commit), work_tree.root, "").__enter__()


def test_what_is_installed_for_head_is_there(work_tree):
    work_tree.write("infra/app.ts")
    work_tree.commit()
    for path in ("node_modules/top/index.js", "infra/node_modules/near/index.js", "infra/.venv/bin/python"):
        work_tree.write(path, path)
    with open_base_tree(base_of(work_tree), work_tree.root, "infra") as tree:
        for path in ("node_modules/top/index.js", "infra/node_modules/near/index.js", "infra/.venv/bin/python"):
            assert (tree / path).read_text() == path


def test_packages_of_a_workspace_are_those_of_base(work_tree):
    work_tree.write("infra/app.ts")
    work_tree.write("packages/shared/index.ts", "before")
    work_tree.write("packages/deep/index.ts", "before")
    work_tree.write(".gitignore", "node_modules\n")
    work_tree.commit()
    work_tree.write("packages/shared/index.ts", "after")
    work_tree.write("packages/deep/index.ts", "after")
    work_tree.write("node_modules/library/index.js", "library")
    work_tree.write("node_modules/@org/other/index.js", "other")
    (work_tree.root / "node_modules/@org/shared").symlink_to("../../packages/shared")
    work_tree.write("packages/shared/node_modules/library/index.js", "older library")
    (work_tree.root / "packages/shared/node_modules/deep").symlink_to("../../deep")
    with open_base_tree(base_of(work_tree), work_tree.root, "infra") as tree:
        modules = tree / "node_modules"
        assert (modules / "@org/shared/index.ts").read_text() == "before"
        assert (modules / "@org/other/index.js").read_text() == "other"
        assert (modules / "library/index.js").read_text() == "library"
        assert (modules / "@org/shared/node_modules/library/index.js").read_text() == "older library"
        assert (modules / "@org/shared/node_modules/deep/index.ts").read_text() == "before"
    assert (work_tree.root / "packages/shared/index.ts").read_text() == "after"


@pytest.mark.parametrize("name", ["orders.pth", "__editable___orders_finder.py"])
def test_a_package_that_is_installed_by_its_place_in_head_is_said(work_tree, name):
    work_tree.write("app.py")
    work_tree.commit()
    work_tree.write(f".venv/lib/python3.12/site-packages/{name}", f"{work_tree.root}/src\n")
    with pytest.raises(UserError, match=f"`{name}` in what is installed leads into the tree of head"):
        open_base_tree(base_of(work_tree), work_tree.root, "").__enter__()


def test_a_folder_may_be_the_base(tmp_path):
    (tmp_path / "before/lib").mkdir(parents=True)
    (tmp_path / "before/lib/a.ts").write_text("before")
    with open_base_tree(Folder(tmp_path / "before"), tmp_path, "") as tree:
        assert listed(tree) == {"lib/a.ts"}


@pytest.mark.parametrize(
    ("base", "head", "told"),
    [
        ({"infra/package-lock.json": "1"}, {"infra/package-lock.json": "1"}, ""),
        ({"yarn.lock": "1"}, {"yarn.lock": "2"}, "`yarn.lock` differs"),
        ({"yarn.lock": "1"}, {}, "`yarn.lock` differs"),
        ({}, {"infra/uv.lock": "1"}, "`infra/uv.lock` differs"),
        ({}, {}, "no lock file says"),
        ({"other/yarn.lock": "1"}, {"other/yarn.lock": "1"}, "no lock file says"),
    ],
)
def test_what_is_installed_serves_both_where_the_locks_are_equal(tmp_path, base, head, told):
    for name, files in (("base", base), ("head", head)):
        for path, text in files.items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_text(text)
    if not told:
        check_locks(Folder(tmp_path / "base"), Folder(tmp_path / "head"), "infra")
        return
    with pytest.raises(UserError, match=told):
        check_locks(Folder(tmp_path / "base"), Folder(tmp_path / "head"), "infra")
