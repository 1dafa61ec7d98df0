import sys
from pathlib import Path
from subprocess import run

import pytest

from saya.policy.compiled import compiled_policy, pack
from saya.policy.load import built_in_directory, load_policies, load_sources
from saya.record import replace
from saya.text.source import Source

POLICIES = sorted(built_in_directory().glob("*.yml"))
ROOT = Path(__file__).parents[3]


def source_of(path: Path, text: str | None = None) -> Source:
    return Source(str(path), path.read_text(encoding="utf-8") if text is None else text)


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_what_is_compiled_is_what_the_file_says(path):
    [read] = load_sources([source_of(path)], tests=True)
    compiled = compiled_policy(source_of(path))
    assert compiled == replace(read, tests=())
    assert pack(compiled) == pack(replace(read, tests=()))  # places too, which do not count as different


def test_a_policy_that_was_edited_is_read_anew():
    path = POLICIES[0]
    text = path.read_text(encoding="utf-8").replace("since: 0.1.0", "since: 0.1.9", 1)
    assert "0.1.9" in text
    assert compiled_policy(source_of(path, text)) is None
    [policy] = load_sources([source_of(path, text)])
    assert policy.since == "0.1.9"


def test_a_policy_under_another_name_is_read_and_refused():
    path = POLICIES[0].with_name("other.yml")
    assert compiled_policy(source_of(path, POLICIES[0].read_text(encoding="utf-8"))) is None


def test_places_are_in_the_file_that_was_found(tmp_path):
    path = tmp_path / POLICIES[0].name
    path.write_bytes(POLICIES[0].read_bytes())
    [policy] = load_policies([tmp_path], built_in=False)
    assert policy.at.path == str(path)
    assert policy.at.start == (1, 1)


def test_a_start_reads_no_policy_from_yaml():
    told = "import sys; from saya.policy.load import load_policies; load_policies(); print(*sys.modules)"
    modules = run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout.split()
    assert "saya.policy.compiled" in modules
    assert not {"yaml", "saya.policy.policy_file"} & set(modules)


def test_what_is_no_part_of_a_policy_is_not_compiled():
    with pytest.raises(TypeError, match="holds a set, which cannot be compiled"):
        pack(set())


def test_the_tool_sees_what_is_out_of_date(tmp_path):
    tool = [sys.executable, str(ROOT / "tools" / "compile_policies.py"), "--check"]
    assert run(tool, check=False).returncode == 0
    told = f"import sys; sys.path.insert(0, {str(ROOT / 'tools')!r}); import compile_policies as tool; "
    other = f"tool.COMPILED = {str(tmp_path / 'compiled.json')!r}; sys.exit(tool.main(['--check']))"
    ran = run([sys.executable, "-c", told + other], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "compiled.json is not what the policies say" in ran.stderr
