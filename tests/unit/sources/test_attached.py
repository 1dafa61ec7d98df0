import pytest

from saya.sources.attached import AttachedFiles
from saya.sources.workspace import LARGEST, Folder


@pytest.fixture
def root(tmp_path):
    (tmp_path / "tree" / "service" / "machines").mkdir(parents=True)
    (tmp_path / "tree" / "service" / "machines" / "a.json").write_text("{}")
    (tmp_path / "tree" / "shared.yaml").write_text("a: 1")
    (tmp_path / "secret.yaml").write_text("secret: 1")
    return tmp_path / "tree"


def attached(root, path="service/template.yaml", shown="here/service/template.yaml"):
    return AttachedFiles(Folder(root), path, shown)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("machines/a.json", "here/service/machines/a.json"),
        ("./machines/../machines/a.json", "here/service/machines/a.json"),
        ("../shared.yaml", "here/shared.yaml"),
    ],
)
def test_a_file_is_named_from_the_template_s_folder(root, name, shown):
    source = attached(root)(name)
    assert source is not None
    assert source.path == shown


@pytest.mark.parametrize(
    "name",
    ["../../secret.yaml", "/etc/hostname", "machines", "nothing.json", "", "a\0b", "..\\shared.yaml", "s3://b/k"],
)
def test_nothing_is_read_from_elsewhere(root, name):
    assert attached(root)(name) is None


def test_links_large_files_and_other_encodings_are_refused(root):
    (root / "service" / "link.yaml").symlink_to("../../secret.yaml")
    (root / "service" / "machines" / "folder").symlink_to("../..")
    (root / "service" / "latin.yaml").write_bytes(b"a: \xe9")
    with (root / "service" / "large.json").open("wb") as file:
        file.truncate(LARGEST + 1)
    files = attached(root)
    for name in ("link.yaml", "machines/folder/shared.yaml", "latin.yaml", "large.json"):
        assert files(name) is None
    assert files.sources == ()


def test_a_file_is_read_once(root):
    files = attached(root)
    assert files("machines/a.json") is files("machines/a.json")
    assert files.sources == (files("machines/a.json"),)


def test_what_was_asked_for_is_compared_with_another_revision(root, tmp_path):
    other = tmp_path / "base"
    (other / "old" / "machines").mkdir(parents=True)
    (other / "old" / "machines" / "a.json").write_text("{}")
    files = attached(root)
    assert files.same_in(Folder(other), "old/template.yaml")
    files("machines/a.json")
    files("nothing.json")
    assert files.same_in(Folder(other), "old/template.yaml")
    (other / "old" / "nothing.json").write_text("{}")
    assert not files.same_in(Folder(other), "old/template.yaml")
    (other / "old" / "nothing.json").unlink()
    (other / "old" / "machines" / "a.json").write_text("{ }")
    assert not files.same_in(Folder(other), "old/template.yaml")
