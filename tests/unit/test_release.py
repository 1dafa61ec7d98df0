import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DIGEST = f"ghcr.io/owner/saya@sha256:{'0123456789abcdef' * 4}"
CHANGELOG = """# Changelog

## Unreleased

## 1.2.3 - 2026-11-22

### Added

- A thing.

## 1.2.2 - 2026-11-01

- Old.
"""


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("release", ROOT / "tools" / "release.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


release = load()


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "src" / "saya").mkdir(parents=True)
    (tmp_path / "src" / "saya" / "__init__.py").write_text('"""Saya."""\n\n__version__ = "1.2.3"\n')
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    shutil.copy(ROOT / "action.yml", tmp_path)
    return tmp_path


def test_a_version_that_code_and_changelog_tell_is_right(tree, capsys) -> None:
    assert release.main(["check", "1.2.3"], tree) == 0
    assert release.main(["notes", "1.2.3"], tree) == 0
    assert capsys.readouterr().out == "### Added\n\n- A thing.\n"


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("1.2.2", "of version 1.2.3, not 1.2.2"),
        ("v1.2.3", "valid is MAJOR.MINOR.PATCH"),
        ("1.2.3\n", "valid is MAJOR.MINOR.PATCH"),
        ("01.2.3", "valid is MAJOR.MINOR.PATCH"),
    ],
)
def test_another_version_is_refused(tree, capsys, version, said) -> None:
    assert release.main(["check", version], tree) == 1
    assert said in capsys.readouterr().err


def test_a_version_without_entries_is_refused(tree, capsys) -> None:
    (tree / "CHANGELOG.md").write_text(CHANGELOG.replace("### Added\n\n- A thing.\n\n", ""))
    assert release.main(["check", "1.2.3"], tree) == 1
    assert "no entries" in capsys.readouterr().err


def test_the_image_is_named_by_its_digest_and_nothing_else_changes(tree) -> None:
    before = (tree / "action.yml").read_text()
    assert release.main(["pin", DIGEST], tree) == 0
    after = (tree / "action.yml").read_text()
    assert yaml.safe_load(after)["runs"] == {"using": "docker", "image": f"docker://{DIGEST}"}
    assert after.replace(f"docker://{DIGEST}", "Dockerfile") == before


@pytest.mark.parametrize(
    "image", ["ghcr.io/owner/saya:1.2.3", DIGEST[:-1], f"{DIGEST}\nx: y", "saya@sha256:" + "0" * 64]
)
def test_what_is_no_digest_is_refused(tree, image) -> None:
    before = (tree / "action.yml").read_text()
    assert release.main(["pin", image], tree) == 1
    assert (tree / "action.yml").read_text() == before


def test_a_mistake_tells_the_usage(capsys) -> None:
    assert release.main(["publish"]) == 2
    assert "usage:" in capsys.readouterr().err
