"""The tables as they are written: compiled anew they are what is committed, and a bad row is told with its line."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
TOOL = ROOT / "tools" / "compile_data.py"
DATA = ROOT / "src" / "saya" / "facts" / "data"


def compile_data(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(TOOL), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_compiled_tables_are_what_the_yaml_says():
    done = compile_data("--check")

    assert (done.returncode, done.stderr) == (0, "")


def test_a_stale_table_is_told(tmp_path):
    table = shutil.copy(DATA / "sam-events.yml", tmp_path)
    assert compile_data(table).returncode == 0
    Path(table).write_text(Path(table).read_text().replace("event: AlexaSkill", "event: GoogleAction"))

    done = compile_data("--check", table)

    assert done.returncode == 1
    assert "sam-events.json: not what sam-events.yml says; run python tools/compile_data.py" in done.stderr
    assert "AlexaSkill" in (tmp_path / "compiled" / "sam-events.json").read_text()


def test_every_column_of_a_table_is_explained_at_its_head():
    for table in DATA.glob("*.yml"):
        text = table.read_text()
        head = "\n".join(line for line in text.splitlines() if line.startswith("#"))
        rows = text.partition("\nlayers:\n")[2] or text
        columns = {match[1] for match in re.finditer(r"^(?:- |  )([a-z_0-9]+): ", rows, re.MULTILINE)}
        columns -= {"actions", "form"}  # two small tables with a sentence each
        columns -= {"arm64"} if table.name == "layers.yml" else set()  # explained together with x86_64
        assert [
            column for column in sorted(columns) if f"#   {column} " not in head and f"#   {column}, " not in head
        ] == []


SITE = """\
sites:
- type: AWS::Events::Rule
  path: Targets[].Arn
  value: arn
  qualifier: accepted
  exposure: asynchronous
  authorised_by: role
  certainty: certain
  source: a test
grants: []
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        pytest.param("  value: arn", "  valu: arn", 2, "'valu' is no column; did you mean value?", id="unknown column"),
        pytest.param("  source: a test\n", "", 2, "source is missing", id="no source"),
        pytest.param(
            "certainty: certain", "certainty: sure", 2, "certainty: 'sure' is no valid value", id="bad certainty"
        ),
        pytest.param(
            "asynchronous",
            "synchron",
            2,
            "exposure: 'synchron' is no valid value; did you mean synchronous?",
            id="bad enum",
        ),
        pytest.param("Targets[].Arn", "Targets[0].Arn", 2, "no path at 'Targets[0]'", id="index in a path"),
        pytest.param("Targets[].Arn", "Targets..Arn", 2, "no path at ''", id="empty step"),
        pytest.param("  value: arn", "  value: arn\n  value: name", 2, "value stands twice", id="column twice"),
        pytest.param("  value: arn", "  value: embedded-json", 2, "inside belongs to embedded-json", id="no inside"),
        pytest.param(
            "  value: arn",
            "  generic: maybe\n  value: arn",
            2,
            "generic: 'maybe' is neither true nor false",
            id="no boolean",
        ),
        pytest.param(
            "  value: arn",
            "  value: arn\n  when: {'Tags[].Key': [a]}",
            2,
            "leaves the place of the site",
            id="other list",
        ),
        pytest.param(
            "  value: arn", "  value: arn\n  when: {Type: a}", 2, "when: 'Type': 'a' is no list of texts", id="no list"
        ),
        pytest.param("sites:\n", "sites:\n- 7\n", 1, "7 is no row", id="no row"),
        pytest.param("grants: []", "grant: []", 1, "grants is missing", id="section missing"),
        pytest.param("grants: []", "grants: [", 11, "no YAML", id="no YAML"),
    ],
)
def test_a_bad_row_is_told_with_its_line(tmp_path, old, new, line, message):
    table = tmp_path / "invocation-sites.yml"
    table.write_text(SITE.replace(old, new, 1))

    done = compile_data(table)

    assert done.returncode == 1
    assert f"{table}:{line}: " in done.stderr
    assert message in done.stderr
    assert not (tmp_path / "compiled").exists()


def test_rows_that_hold_at_the_same_time_are_refused(tmp_path):
    table = tmp_path / "invocation-sites.yml"
    row = SITE.splitlines(keepends=True)[1:-1]
    again = "".join(row).replace("certain\n", "likely\n")
    table.write_text(SITE.replace("grants", again + "grants"))
    assert "two rows of AWS::Events::Rule Targets.[].Arn may hold at the same time" in compile_data(table).stderr

    table.write_text(SITE.replace("grants", "".join(row) + "grants"))
    assert ":10: AWS::Events::Rule ['Targets', '[]', 'Arn'] stands twice" in compile_data(table).stderr

    apart = ["  when: {Kind: [a]}\n", "  when: {Kind: [b]}\n"]
    table.write_text("".join(["sites:\n", *row, apart[0], *row, apart[1], "grants: []\n"]))
    assert compile_data(table).returncode == 0


LAYER = """\
accounts:
  ours: ['123456789012']
layers:
- vendor: Ours
  accounts: [ours]
  x86_64: 'ours-{v}'
  arm64: 'ours-{v}-arm'
  parts: {v: '\\d+'}
  certainty: certain
  source: a test
tokens: {x86_64: [x86], arm64: [arm]}
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param("'\\d+'", "'(\\d+'", "is no regular expression", id="bad part"),
        pytest.param("[arm]", "['(arm']", "is no regular expression", id="bad token"),
        pytest.param("ours-{v}-arm", "ours-arm", "does not use each of the parts", id="part unused"),
        pytest.param("ours-{v}-arm", "ours-{w}-arm", "does not use each of the parts", id="part unknown"),
        pytest.param("'123456789012'", "'1234'", "'1234' is no account", id="bad account"),
        pytest.param("'123456789012'", "012345670123", "is no list of texts", id="account read as a number"),
        pytest.param("accounts: [ours]", "accounts: [theirs]", "names no list of accounts", id="unknown accounts"),
        pytest.param("  source", "  versions: shared\n  source", "shared needs it", id="shared without a source"),
        pytest.param("  source", "  neutral: o\n  source", "or else neutral", id="neutral and arm64"),
        pytest.param(
            "certainty: certain", "certainty: {x86_64: certain}", "for x86_64 and arm64", id="half a certainty"
        ),
        pytest.param("'ours-{v}-arm'", "'ours-{v}'", "stands twice for 123456789012", id="same name twice"),
    ],
)
def test_a_bad_layer_is_told(tmp_path, old, new, message):
    table = tmp_path / "layers.yml"
    table.write_text(LAYER)
    assert compile_data(table).returncode == 0
    table.write_text(LAYER.replace(old, new, 1))

    done = compile_data("--check", table)

    assert done.returncode == 1
    assert message in done.stderr


def test_what_is_not_certain_and_has_a_severity_names_who_says_so(tmp_path):
    table = tmp_path / "log-group-arns.yml"
    row = "{type: A, path: B, wants: bare, severity: warning, certainty: likely, source: a test}"
    table.write_text(f"sites:\n- {row}\niam_actions: []\niam_forms: []\n")

    assert ":2: reported is missing" in compile_data(table).stderr


@pytest.mark.parametrize(
    ("verdict", "regions"),
    [("fixed", ""), ("regional", ", regions: {aws: [us-east-1]}")],
    ids=["fixed without", "regional with"],
)
def test_regions_belong_to_the_verdict_fixed(tmp_path, verdict, regions):
    table = tmp_path / "global-event-sources.yml"
    row = f"{{sources: [aws.x], event_sources: [x], verdict: {verdict}{regions}, certainty: certain, source: a test}}"
    table.write_text(f"services:\n- {row}\n")

    assert "regions belong to the verdict fixed" in compile_data(table).stderr


def test_a_file_that_is_no_table_is_told(tmp_path):
    done = compile_data(tmp_path / "colours.yml")

    assert done.returncode == 1
    assert "colours.yml: no table; the tables are invocation-sites.yml" in done.stderr


def test_compiled_tables_have_one_entry_a_line():
    for table in (DATA / "compiled").glob("*.json"):
        text = table.read_text()
        assert len(text.splitlines()) == len(json.loads(text)) + 2
