"""Whatever is given: one clear line for each mistake, the other files judged, the report written, never a traceback."""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from saya.cli import main
from saya.errors import UserError
from saya.facts.collect import COLLECTORS, collect_facts
from saya.model.check import check_template
from saya.model.resolve import Resolver
from saya.model.template import load_template
from saya.text.parse import parse
from saya.text.source import Source

FIXTURES = Path(__file__).parents[1] / "fixtures" / "bad_input"
FINDING = """\
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      Architectures: [arm64]
      Layers: ['arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension:29']
"""


@pytest.fixture
def work(tmp_path, monkeypatch):
    """An empty work tree in which the user stands."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def check(work, capsys):
    """Writes files and checks them; returns the exit code, the report and what went to standard error."""

    def run(files: dict[str, str | bytes], *given: str) -> tuple[int, dict[str, Any], str]:
        for name, text in files.items():
            path = work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        code = main(["check", "--format", "json", *given])
        captured = capsys.readouterr()
        return code, json.loads(captured.out), captured.err

    return run


def told(report: dict[str, Any]) -> list[str]:
    """The errors of a report as the user reads them."""
    lines = []
    for error in report["errors"]:
        place = ":".join(str(error[key]) for key in ("path", "line") if error.get(key) is not None)
        lines.append(f"{place}: {error['message']}")
    return lines


# each node replaced by what it should not be

DEEP: Any = []
for _ in range(120):
    DEEP = [DEEP]
FUNCTIONS_DEEP: Any = "x"
for _ in range(90):
    FUNCTIONS_DEEP = {"Fn::Base64": FUNCTIONS_DEEP}

WRONG_TYPES: dict[str, Any] = {
    "null": None,
    "number": 3,
    "text": "x",
    "empty_list": [],
    "empty_mapping": {},
    "deep_list": DEEP,
}
WRONG_VALUES: dict[str, Any] = {
    "empty_text": "",
    "boolean": True,
    "deep_functions": FUNCTIONS_DEEP,
    "list_of_lists": [[], [3], {}],
    "ref_of_nothing": {"Ref": "Nowhere"},
    "ref_of_number": {"Ref": 3},
    "get_att_of_number": {"Fn::GetAtt": 3},
    "get_att_of_list": {"Fn::GetAtt": [[], {}]},
    "short_if": {"Fn::If": ["IsProd", "x"]},
    "if_of_list": {"Fn::If": [[], [], {}]},
    "absent": {"Ref": "AWS::NoValue"},
    "sub_of_mapping": {"Fn::Sub": {}},
    "open_sub": {"Fn::Sub": "${Open}${!x}${"},
    "join_of_number": {"Fn::Join": [3, 3]},
    "select_too_far": {"Fn::Select": [9, {"Fn::Split": [":", "a:b"]}]},
    "map_of_nothing": {"Fn::FindInMap": [{}, [], None]},
    "macro": {"Fn::Transform": {"Name": "Own"}},
    "unknown_function": {"Fn::Foo": {}},
    "loop": {"Fn::ForEach::X": ["N", ["a"], {"${N}": 3}]},
    "broken_loop": {"Fn::ForEach::X": 3},
    "two_keys": {"Ref": "Fn", "Fn::GetAtt": "Fn.Arn"},
    "condition": {"Condition": "IsProd"},
}


def paths_of(tree: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths to every node of a tree but the root."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from paths_of(value, (*path, key))


def replaced(tree: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """A copy of a tree with one node replaced."""
    changed = copy.deepcopy(tree)
    at = changed
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return changed


def read(text: str, path: str) -> UserError | None:
    """Read a template and say all that there is to say of it; returns the mistake with which that ends."""
    source = Source(path, text)
    try:
        template = load_template(parse(source, duplicates=[]), source)
    except UserError as error:
        return error
    problems = check_template(template)
    facts = list(collect_facts(Resolver(template, region="us-east-1"), frozenset(COLLECTORS)))
    assert all("\n" not in problem.message and len(problem.message) < 500 for problem in problems)
    assert all(fact.at.start_line >= 1 for fact in facts)
    return None


@pytest.mark.parametrize("fixture", ["plain", "sam"])
@pytest.mark.parametrize("name", WRONG_TYPES)
def test_wrong_types_in_every_place(fixture, name):
    """Each type in every second place, so that each place has three of them: all of them take a minute more."""
    tree = yaml.safe_load((FIXTURES / f"{fixture}.yaml").read_text())
    paths = list(paths_of(tree))
    assert len(paths) > 150
    for path in paths[list(WRONG_TYPES).index(name) % 2 :: 2]:
        read(json.dumps(replaced(tree, path, WRONG_TYPES[name])), "t.json")


@pytest.mark.parametrize("fixture", ["plain", "sam"])
@pytest.mark.parametrize("name", WRONG_VALUES)
def test_wrong_values_in_many_places(fixture, name):
    """As above in every fifth place, each time others."""
    tree = yaml.safe_load((FIXTURES / f"{fixture}.yaml").read_text())
    for path in list(paths_of(tree))[list(WRONG_VALUES).index(name) % 5 :: 5]:
        read(json.dumps(replaced(tree, path, WRONG_VALUES[name])), "t.json")


@pytest.mark.parametrize("fixture", ["plain", "sam"])
def test_a_file_cut_off_anywhere(fixture):
    text = (FIXTURES / f"{fixture}.yaml").read_text()
    whole = json.dumps(yaml.safe_load(text), indent=1)
    assert read(text, "t.yaml") is read(whole, "t.json") is None
    mistakes = [read(text[:cut], "t.yaml") for cut in range(0, len(text), 31)]
    mistakes += [read(whole[:cut], "t.json") for cut in range(0, len(whole), 61)]
    told = [str(mistake) for mistake in mistakes if mistake is not None]
    assert len(told) > 100
    assert all(re.fullmatch(r"t\.(yaml|json):[0-9]+:[0-9]+: [^\n]+", line) for line in told)


@pytest.mark.parametrize("fixture", ["plain", "sam"])
def test_the_whole_command_on_some_of_all_that(check, fixture):
    """Judging, fixes and reports too, which take longer: each replacement in three places, and the file cut in ten."""
    text = (FIXTURES / f"{fixture}.yaml").read_text()
    tree = yaml.safe_load(text)
    paths = list(paths_of(tree))
    files: dict[str, str | bytes] = {}
    for number, (name, value) in enumerate((WRONG_TYPES | WRONG_VALUES).items()):
        for path in paths[number * 7 % 89 :: 89][:3]:
            files[f"t/{name}{len(files)}.json"] = json.dumps(replaced(tree, path, value))
    for cut in range(0, len(text), len(text) // 10):
        files[f"t/{cut}.yaml"] = text[:cut]
    code, report, complaint = check(files, *files)
    assert complaint == ""
    assert [line for line in told(report) if "bug in Saya" in line] == []
    assert code == 2
    assert {entry["path"] for entry in (*report["templates"], *report["errors"])} == files.keys()


@pytest.mark.parametrize("fixture", ["plain", "sam"])
def test_the_templates_that_are_broken_are_good_themselves(check, fixture):
    _, report, _ = check({"t.yaml": (FIXTURES / f"{fixture}.yaml").read_text()})
    assert report["errors"] == []
    assert len({finding["policy"] for finding in report["findings"]}) >= (5 if fixture == "plain" else 2)


# one clear line each


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1: the file is empty; a template is a mapping with Resources"),
        ("\n# only a comment\n", "1: the file is empty; a template is a mapping with Resources"),
        ("--- \n", "1: the file is empty; a template is a mapping with Resources"),
        ("[]", "1: a template is a mapping with Resources, not a list"),
        ("null", "1: the file is empty; a template is a mapping with Resources"),
        ("3", "1: a template is a mapping with Resources, not a number or boolean"),
        ("\x00\x01", "1: not valid YAML: the character U+0000 is not allowed"),
        ("Resources:\n  A: [\n", "3: not valid YAML: did not find expected node content"),
        ("Resources:\n  A: 'x\n", "2: not valid YAML: what begins here does not end"),
        ("Resources:\n\tA: b\n", "2: not valid YAML: a tab indents this line; indent with spaces"),
        ("Resources: {}\n---\nResources: {}\n", "2: a second document; a template is one document"),
        ("Resources: []\n", "1: Resources is a mapping of logical IDs to resources, not a list"),
        ("Resources: {A: 3}\n", "1: the resource A is a mapping with a Type, not a number or boolean"),
        ("Resources:\n  A: {}\n", "2: the resource A has no Type"),
        ("Resources:\n  A: {Type: T, Properties: {P: !GetAtt 3}}\n",
            "2: Fn::GetAtt takes [resource, attribute] or `resource.attribute`, not `3`"),
        ("Resources:\n  A: {Type: T, Properties: {P: !Reff x}}\n",
            "2: `Fn::Reff` is no intrinsic function; did you mean `Ref`?"),
        ("Resources:\n  A: {Type: T, Properties: {P: !Foo x}}\n",
            "2: `Fn::Foo` is no intrinsic function; valid are Fn::And, Fn::Base64, "),
        ("Resources:\n  A: {Type: T, DependsOn: B}\n  B: {Type: T, Properties: {P: !Ref A}}\n",
            "2: circular dependency: A -> B -> A; remove one of the references"),
        ("Conditions: {A: !Not [!Condition A]}\nResources: {}\n",
            "1: conditions that refer to themselves: A -> A; break the circle"),
        ("Resources:\n  A: {Type: T}\n  A: {Type: T}\n",
            "3: the key `A` is written twice, first on line 2; the last one counts, remove one"),
        ("Resources: &r {A: *r}\n", "1: the alias *r has no anchor before it"),
        ("Resources: {A: {Type: T, Properties: " + "[" * 250 + "\n", "1: nested deeper than 200 levels"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_and_the_others_are_judged(check, text, message):
    code, report, complaint = check({"bad.yaml": text, "good.yaml": FINDING}, "bad.yaml", "good.yaml")
    assert (code, complaint) == (2, "")
    (error,) = told(report)
    assert error.startswith(f"bad.yaml:{message}")
    assert [finding["policy"] for finding in report["findings"]] == ["lambda-layer-architecture"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "1: not valid JSON: a key in double quotes is expected"),
        ('{"Resources": {}', "1: not valid JSON: `,` or `}` is expected"),
        ('{"Resources": {},}', "1: not valid JSON: a key in double quotes is expected"),
        ('{"Resources": {"A": {"Type": "T"}, "A": {"Type": "T"}}}', "1: the key `A` is written twice"),
        ('{"Resources": {"A": ' + "[" * 250, "1: not valid JSON: nested deeper than 200 levels"),
        ('{"Resources": {"A": {"Type": "T", "Properties": {"P": {"Ref": ["x"]}}}}}', "1: Ref takes the name of"),
    ],
)
def test_the_same_for_json(check, text, message):
    code, report, _ = check({"bad.json": text, "good.yaml": FINDING}, "bad.json", "good.yaml")
    assert code == 2
    assert told(report)[0].startswith(f"bad.json:{message}")
    assert len(report["findings"]) == 1


# encodings


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (FINDING.encode("utf-16"), "1: is UTF-16; save it as UTF-8"),
        (FINDING.encode().replace(b"Fn", b"F\xe9"), "2: is not UTF-8: byte 0xe9; save it as UTF-8"),
        (FINDING.encode() + b"\xff", "7: is not UTF-8: byte 0xff; save it as UTF-8"),
        (b"\xef\xbb\xbf\xef\xbb\xbf" + FINDING.encode(), "1: not valid YAML: a second byte order mark; remove it"),
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_what_is_not_utf_8_is_an_error(check, data, message, named):
    code, report, _ = check({"t.yaml": data}, *(["t.yaml"] if named else []))
    assert code == 2
    assert told(report) == [f"t.yaml:{message}"]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_byte_order_marks_move_nothing(check, line_end, mark):
    code, report, _ = check({"t.yaml": mark + FINDING.replace("\n", line_end).encode()})
    assert code == 1
    location = report["findings"][0]["location"]
    assert (location["start_line"], location["start_column"]) == (6, 16)


# what is no template


def test_what_is_no_template_is_passed_over_unless_named(check):
    others = {
        "package.json": '{"name": "x", "Resources": 3}',
        "broken.json": '{"Resources": ',
        "chart/values.yaml": "Resources: {{ .Values.x }}\n",
        "list.yml": "- AWS::Lambda::Function\n",
        "policy.yaml": "Resources: [a]\n",
        "compose.yaml": "services: {x: {image: y}}\n",
        "empty.yaml": "",
        "latin.yaml": b"a: \xe9\n",
        "binary.json": bytes(range(256)),
        "notes.txt": "Resources: {A: {Type: AWS::SNS::Topic}}",
        "k8s.yaml": "apiVersion: v1\nkind: X\n---\napiVersion: v1\n",
    }
    code, report, complaint = check({**others, "t.yaml": FINDING})
    assert (code, complaint, report["errors"]) == (1, "", [])
    assert [entry["path"] for entry in report["templates"]] == ["t.yaml"]
    code, report, _ = check({}, *others)
    assert code == 2
    assert {error["path"] for error in report["errors"]} == others.keys() - {"notes.txt"}


def test_a_broken_file_with_resource_types_is_an_error_though_nobody_named_it(check):
    code, report, _ = check({"sub/t.yaml": "Resources:\n  A:\n    Type: AWS::SNS::Topic\n   x: [\n"})
    assert code == 2
    assert re.match(r"sub/t\.yaml:4: not valid YAML: ", told(report)[0])


# size


def test_ten_thousand_resources(check, at_most):
    resources = {
        f"R{number}": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {"FunctionName": {"Ref": f"F{number}"}, "BatchSize": number},
        }
        for number in range(5000)
    } | {f"F{number}": {"Type": "AWS::Lambda::Function", "Properties": {}} for number in range(5000)}
    text = json.dumps({"Resources": resources})
    assert len(text) < 1024 * 1024
    with at_most(300):
        code, report, complaint = check({"t.json": text})
    assert (code, complaint, report["errors"]) == (0, "", [])
    assert report["templates"][0]["resources"] == 10_000
    assert len(report["findings"]) == 5000


def test_a_megabyte(check):
    filler = {f"K{number}": ["x" * 50, {"Fn::Sub": f"${{AWS::Region}}-{number}"}] for number in range(9000)}
    resources = {"Big": {"Type": "Custom::Big", "Properties": filler}, **yaml.safe_load(FINDING)["Resources"]}
    text = json.dumps({"Resources": resources})
    assert 1_000_000 > len(text) > 800_000
    code, report, _ = check({"t.json": text})
    assert (code, report["errors"]) == (1, [])


def test_a_file_of_many_megabytes_is_refused(check):
    code, report, _ = check({"t.yaml": FINDING + "#" * (17 * 1024 * 1024), "good.yaml": FINDING})
    assert code == 2
    assert [error["path"] for error in report["errors"]] == ["t.yaml"]
    assert len(report["findings"]) == 1


def test_a_laughing_file_is_refused_at_once(check, at_most):
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    with at_most(50):
        code, report, _ = check({"t.yaml": FINDING + "\n".join(lines)})
    assert code == 2
    assert "expands to more than 1,000,000 values" in told(report)[0]


def test_the_text_says_the_same_in_a_line_each(work, capsys):
    (work / "a.yaml").write_text("Resources: []\n")
    (work / "b.yaml").write_text("Resources:\n  A: {Type: AWS::SNS::Topic, Properties: [a]}\n  B: 3\n")
    assert main(["check", "a.yaml", "b.yaml"]) == 2
    out = capsys.readouterr().out
    assert "a.yaml:1:12: problem[template]: Resources is a mapping of logical IDs to resources, not a list\n" in out
    assert "b.yaml:2:42: problem[template]: the Properties of A are a mapping, not a list\n" in out
    assert "b.yaml:3:6: problem[template]: the resource B is a mapping with a Type, not a number or boolean\n" in out
