import json

import pytest

from saya.cli import main
from saya.sources.permission import Permission, Trust, is_installed, permit


def install(work_tree, folder="infra/node_modules"):
    work_tree.write(f"{folder}/tool/index.js", "")


def test_what_somebody_installed_beside_a_program_is_a_reason_to_run_it(work_tree):
    assert not is_installed(work_tree.root, "infra")
    install(work_tree)
    assert is_installed(work_tree.root, "infra")
    assert not is_installed(work_tree.root, "")


@pytest.mark.parametrize("folder", ["node_modules", "infra/.venv", "infra/venv"])
def test_it_may_be_installed_above_the_program(work_tree, folder):
    install(work_tree, folder)
    assert is_installed(work_tree.root, "infra")


def test_what_is_checked_in_was_installed_by_a_stranger(work_tree):
    install(work_tree)
    work_tree.commit()
    assert not is_installed(work_tree.root, "infra")
    install(work_tree, "infra/.venv")
    assert not is_installed(work_tree.root, "infra"), "the program finds the other one too"


def test_nor_does_taking_it_out_of_the_index_make_it_ours(work_tree):
    install(work_tree)
    work_tree.commit()
    work_tree.git("rm", "-r", "--cached", "--quiet", "infra/node_modules")
    assert not is_installed(work_tree.root, "infra")


def test_a_link_that_is_checked_in_is_a_strangers_too(work_tree):
    install(work_tree, "elsewhere")
    (work_tree.root / "node_modules").symlink_to("elsewhere")
    work_tree.commit()
    assert not is_installed(work_tree.root, "infra")


def test_what_an_archive_brings_along_is_no_reason(tmp_path):
    (tmp_path / "node_modules").mkdir()
    assert not is_installed(tmp_path, "")


def test_on_a_laptop_a_program_needs_what_is_installed(work_tree):
    permission = permit("auto", Trust())
    assert not permission.holds_for(work_tree.root, "infra")
    install(work_tree)
    assert permission.holds_for(work_tree.root, "infra")
    assert permit("auto", Trust(ours=True)).holds_for(work_tree.root, "")
    assert not Permission().holds_for(work_tree.root, "infra")


@pytest.mark.parametrize("mode", ["always", "auto"])
def test_a_work_tree_does_not_say_that_it_is_to_be_run(work_tree, capsys, mode):
    work_tree.write(".github/saya.yml", f"synthesise: {mode}\n")
    work_tree.write("cdk.json", json.dumps({"app": "touch ran"}))
    work_tree.commit()
    assert main(["check", "--format", "json"]) == 0
    assert "what it needs installed beside it" in json.loads(capsys.readouterr().out)["notices"][0]
    assert not (work_tree.root / "ran").exists()


def test_it_may_say_that_it_is_not(work_tree, capsys):
    work_tree.write(".github/saya.yml", "synthesise: 'off'\n")
    work_tree.write("cdk.json", json.dumps({"app": "touch ran"}))
    install(work_tree, "node_modules")
    assert main(["check", "--format", "json"]) == 0
    assert "`synthesise: off`" in json.loads(capsys.readouterr().out)["notices"][0]
