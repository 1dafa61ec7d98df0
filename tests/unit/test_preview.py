import subprocess

import pytest

from saya.cli import main

BEFORE = """\
Resources:
  Extension:
    Type: AWS::Lambda::LayerVersion
    Properties: {Content: {S3Bucket: b, S3Key: k}}
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Code: {ZipFile: x}
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/orders
      Runtime: python3.13
      Architectures: [x86_64]
      Layers:
        - arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension:65
"""
AFTER = BEFORE.replace("[x86_64]", "[arm64]")


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def git(*arguments):
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments]
        subprocess.run(command, capture_output=True, check=True, cwd=tmp_path)

    git("init", "-q", "-b", "main")
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "orders.yaml").write_text(BEFORE)
    git("add", "-A")
    git("commit", "-qm", "base")
    return tmp_path, git


def preview(capsys, *arguments):
    code = main(["preview", *arguments])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_what_is_not_committed_is_reviewed_against_the_main_branch(repository, capsys):
    folder, _ = repository
    (folder / "stacks" / "orders.yaml").write_text(AFTER)
    code, out, err = preview(capsys)
    assert (code, err) == (0, "")
    assert out.startswith("### Saya: 1 error\n")
    assert "\n---\n\n`stacks/orders.yaml:14`\n\n**Error:** `Datadog-Extension` is" in out
    assert "<!--" not in out


def test_a_branch_is_reviewed_from_where_it_left_the_main_one(repository, capsys):
    folder, git = repository
    git("checkout", "-qb", "change")
    (folder / "stacks" / "orders.yaml").write_text(AFTER)
    git("commit", "-qam", "move")
    git("checkout", "-q", "main")
    (folder / "stacks" / "orders.yaml").write_text(BEFORE + "# later\n" * 30)
    git("commit", "-qam", "later")
    git("checkout", "-q", "change")
    _, out, _ = preview(capsys)
    assert "`stacks/orders.yaml:14`\n\n**Error:** " in out


def test_paths_are_those_of_the_folder_one_stands_in(repository, capsys, monkeypatch):
    folder, _ = repository
    (folder / "stacks" / "orders.yaml").write_text(AFTER)
    monkeypatch.chdir(folder / "stacks")
    _, out, _ = preview(capsys)
    assert "\n`orders.yaml:14`\n\n**Error:** " in out


def test_a_new_file_is_reviewed(repository, capsys):
    folder, _ = repository
    (folder / "new.yaml").write_text(AFTER)
    _, out, _ = preview(capsys)
    assert "\n`new.yaml:14`\n\n**Error:** " in out


def test_what_base_has_already_is_not_told(repository, capsys):
    folder, git = repository
    (folder / "stacks" / "orders.yaml").write_text(AFTER)
    git("commit", "-qam", "move")
    _, out, _ = preview(capsys)
    assert out.startswith("### Saya: nothing found\n")
    assert "1 finding on the base branch already" in out


def test_two_files_are_compared(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "before.yaml").write_text(BEFORE)
    (tmp_path / "after.yaml").write_text(AFTER)
    _, out, _ = preview(capsys, "after.yaml", "--base", "before.yaml")
    assert "\n`after.yaml:14`\n\n**Error:** " in out


def test_two_folders_are_compared(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in (("before", BEFORE), ("after", AFTER)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "orders.yaml").write_text(text)
        (tmp_path / name / "data.bin").write_bytes(name.encode() + b"\0\xff")
    _, out, _ = preview(capsys, "after", "--base", "before", "--html", "page.html", "--output", "review.md")
    assert out == ""
    assert "\n`after/orders.yaml:14`\n\n**Error:** " in (tmp_path / "review.md").read_text(encoding="utf-8")
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "lambda-layer-architecture" in html
    assert "No lines to show." in html


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--base", "nowhere"], "--base: the base `nowhere` is neither"),
        (["--html", "no/such/folder.html"], "no/such/folder.html: cannot be written"),
        (["--html", "a\0b"], "cannot be written"),
    ],
)
def test_a_mistake_is_told_in_one_line(repository, capsys, arguments, message):
    code, out, err = preview(capsys, *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err


def test_without_a_main_branch_a_base_is_asked_for(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = preview(capsys)
    assert code == 2
    assert err == "saya: --base: nothing says what this would be merged into; name a branch, a folder or a file\n"
