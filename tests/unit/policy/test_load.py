"""Loading: a policy whole, or every problem of every file with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from saya.errors import PolicySetError, UserError
from saya.facts.types import KINDS
from saya.policy import load
from saya.policy.language import (
    AllOf,
    EditTemplate,
    Equals,
    Expectation,
    FieldTest,
    Literals,
    Param,
    Wording,
)
from saya.policy.load import built_in_directory, load_policies, load_sources, without_tests
from saya.text.source import Source

GOOD = """\
id: fast-calls
title: A call that is too fast
severity: error
since: 0.1.0
why: |
  Because it is
  fast.

  And far.
references: [https://example.com/fast]
for: invocation
where:
  qualifier: [absent, {param}]
  target: {present: true}
unless: {integration: service}
severities:
  - {severity: warning, where: {bypasses: {present: true}}}
report:
  at: resource.at
  message:
    - where: {qualifier: latest}
      text: "`<<resource.id>>` says $LATEST"
    - text: |
        `<<resource.id>>` calls
        <<target.id>>
  related:
    - {at: target.at, message: the function}
fixes:
  - title: Use <<bypasses.id>>
    safety: unsafe
    where: {bypasses: {present: true}}
    edits:
      - {replace: at, with: {Ref: "<<bypasses.id>>"}}
      - {set: target.properties_at, key: AutoPublishAlias, to: live}
      - {rewrite: at, from: "<<target.id>>", to: x}
      - {remove: bypasses.at}
      - {add: at, item: [1, true, 1.5, null]}
advice: Use an alias.
tests:
  bad:
    - name: one
      template: |
        Resources: {}  # error
"""
GOOD = GOOD.replace("{param}", "latest")
MINIMAL = """\
id: fast-calls
title: A call that is too fast
severity: error
since: 0.1.0
why: Because.
for: invocation
where:
  qualifier: absent
report:
  message: too fast
"""


def problems(text: str, name: str = "fast-calls.yml", *, tests: bool = False) -> list[str]:
    with pytest.raises(PolicySetError) as caught:
        load_sources([Source(name, text)], tests=tests)
    return str(caught.value).splitlines()


def problem(text: str, *, tests: bool = False) -> str:
    [only] = problems(text, tests=tests)
    return only


def test_a_whole_policy():
    [policy] = load_sources([Source("fast-calls.yml", GOOD)])

    assert (policy.id, policy.severity, policy.since, policy.kind) == ("fast-calls", "error", "0.1.0", "invocation")
    assert isinstance(policy.where, AllOf)
    first = policy.where.tests[0]
    assert isinstance(first, FieldTest)
    assert (first.path, first.check) == (("qualifier",), Equals(Literals(("absent", "latest"))))
    assert first.at.start == (13, 3)
    assert policy.report.at == ("resource", "at")
    assert policy.report.message[1] == Wording(None, "`<<resource.id>>` calls <<target.id>>")
    assert [(each.at, each.message[0].text) for each in policy.report.related] == [(("target", "at"), "the function")]
    assert [edit.action for edit in policy.fixes[0].edits] == ["replace", "set", "rewrite", "remove", "add"]
    assert policy.fixes[0].edits[4] == EditTemplate("add", ("at",), content=[1, True, 1.5, None])
    assert policy.advice == (Wording(None, "Use an alias."),)
    assert policy.tests == ()


def test_examples_are_read_for_those_who_ask():
    [policy] = load_sources([Source("fast-calls.yml", GOOD)], tests=True)

    [example] = policy.tests
    assert (example.name, example.kind, example.template) == ("one", "bad", "Resources: {}  # error\n")
    assert example.expected == (Expectation(1, "error"),)


def test_a_file_is_cut_at_its_tests_only_where_they_come_last():
    assert "tests:" not in without_tests(Source("p.yml", GOOD)).text
    moved = GOOD + "advice: more\n"
    assert without_tests(Source("p.yml", moved)).text == moved


def test_yaml_1_2_words_stay_words():
    [policy] = load_sources(
        [Source("fast-calls.yml", MINIMAL.replace("too fast\n", "on\n", 2).replace("A call that is ", ""))]
    )
    assert policy.title == "on"


# (what is replaced, by what, the problem)
BROKEN = [
    ("id: fast-calls", "id: slow-calls", "1:5: `id` is the name of the file, `fast-calls`, not `slow-calls`"),
    ("id: fast-calls", "id: Fast_Calls", "1:5: `id` is lower-case words joined by hyphens, not `Fast_Calls`"),
    ("title: A call that is too fast", "title:", "2:7: `title` is text, not empty"),
    (
        "severity: error",
        "severity: warn",
        "3:11: `severity` is error, warning or note, not `warn`; did you mean `warning`?",
    ),
    ("severity: error", "severity: [error]", "3:11: `severity` is error, warning or note, not a list"),
    ("since: 0.1.0", "since: 0.1", "4:8: `since` is text, not a number; quote it"),
    ("since: 0.1.0", "since: soon", "4:8: `since` is a version such as 0.1.0, not `soon`"),
    ("why: Because.\n", "", "1:1: a policy lacks `why`"),
    ("why: Because.", "wy: Because.\nwhy: x", "5:1: a policy has no key `wy`; did you mean `why`?"),
    (
        "why: Because.",
        "why: a\nwhy: b",
        "6:1: the key `why` is written twice, first on line 5; the last one counts, remove one",
    ),
    ("for: invocation", "for: invocatoin", "6:6: `for` is {kinds}, not `invocatoin`; did you mean `invocation`?"),
    ("qualifier: absent", "qualifer: absent", "8:3: no field `qualifer` in Invocation; did you mean `qualifier`?"),
    (
        "qualifier: absent",
        "target.arch: x",
        "8:3: no field `arch` in Function; there are id, type, custom, at, properties_at, architecture and publishes",
    ),
    ("qualifier: absent", "target.id.x: x", "8:3: no field `x` in `target.id`, which is text"),
    (
        "qualifier: absent",
        "guard: x",
        "8:3: no field `guard` in Invocation; there are integration, target, qualifier, exposure, qualifier_support, "
        "switched_off, bypasses, through, obstacle, moves, moves_of_all, resource, property, identity, subject, at and "
        "stack",
    ),
    (
        "qualifier: absent",
        "qualifier: absnt",
        "8:14: `qualifier` is absent, latest, version or alias, never `absnt`; did you mean `absent`?",
    ),
    (
        "qualifier: absent",
        "qualifier: [absent, 1]",
        "8:23: `qualifier` is one of absent, latest, version, alias, never `1`; quote it",
    ),
    (
        "qualifier: absent",
        "qualifier: []",
        "8:14: what `qualifier` is compared with is an empty list; leave it out or write an item",
    ),
    (
        "qualifier: absent",
        "qualifier:",
        "8:13: what `qualifier` is compared with is text, a whole number, true or false, not empty",
    ),
    ("qualifier: absent", "qualifier: {present: true}", "8:15: `qualifier` is always present; test its value"),
    ("qualifier: absent", "target: {present: maybe}", "8:21: `present` is true or false, not text"),
    (
        "qualifier: absent",
        "target: Fn",
        "8:11: `target` is a record (Function); test one of its fields, or whether it is present",
    ),
    ("qualifier: absent", "target: {id: Fn}", "8:12: no operator `id`; did you mean `target.id`?"),
    (
        "qualifier: absent",
        "qualifier: {is: absent}",
        "8:15: no operator `is`; there are present, not, includes, excludes, some, every, field and param",
    ),
    (
        "qualifier: absent",
        "qualifier: {}",
        "8:14: the test of `qualifier` is empty; there are present, not, includes, excludes, some, every, field and "
        "param",
    ),
    (
        "qualifier: absent",
        "qualifier: {includes: absent}",
        "8:15: `includes` tests a list, and `qualifier` is one of absent, latest, version, alias",
    ),
    ("qualifier: absent", "at: x", "8:7: `at` is a place; a place cannot be tested"),
    ("qualifier: absent", "resource.custom: yes", "8:20: `resource.custom` is true or false, never `yes`"),
    ("qualifier: absent", "resource.id: 12", "8:16: `resource.id` is text, never `12`; quote it"),
    (
        "qualifier: absent",
        "resource.id: {field: target}",
        "8:24: `resource.id` is text and `target` is a record (Function): they cannot be compared",
    ),
    (
        "qualifier: absent",
        "resource.id: {field: taget.id}",
        "8:24: no field `taget` in Invocation; did you mean `target`?",
    ),
    (
        "qualifier: absent",
        "qualifier: {field: exposure}",
        "8:22: `qualifier` and `exposure` have no value in common, so they are never equal",
    ),
    ("qualifier: absent", "resource.id: {param: limit}", "8:24: no parameter `limit`; declare it under `params`"),
    ("qualifier: absent", "any: {qualifier: absent}", "8:8: `any` is a list, not a mapping"),
    ("qualifier: absent", "any: []", "8:8: `any` is an empty list; leave it out or write an item"),
    ("qualifier: absent", "any: [qualifier]", "8:9: an item of `any` is a mapping of fields to tests, not text"),
    ("qualifier: absent", "not: {}", "8:8: `not` is empty; write a test, or leave it out"),
    ("where:\n  qualifier: absent", "where: []", "7:8: `where` is a mapping of fields to tests, not a list"),
    ("message: too fast", "message: the <<taget.id>>", "10:16: no field `taget` in Invocation; did you mean `target`?"),
    (
        "message: too fast",
        "message: the <<target>>",
        "10:16: `<<target>>` is a record (Function); did you mean `<<target.id>>`?",
    ),
    ("message: too fast", "message: the <<at>>", "10:16: `<<at>>` is a place"),
    ("message: too fast", "message: the <<target.id", "10:16: a placeholder is `<<path>>`, closed on the same line"),
    (
        "message: too fast",
        "message: |\n    the\n    ${X} <<targt.id>>",
        "12:10: no field `targt` in Invocation; did you mean `target`?",
    ),
    ("message: too fast", "message: x\n  att: at", "11:3: `report` has no key `att`; did you mean `at`?"),
    (
        "message: too fast",
        "message: x\n  at: target",
        "11:7: `report.at` is the path of a place, and `target` is a record (Function); did you mean `target.at`?",
    ),
    (
        "message: too fast",
        "message: x\n  at: qualifier",
        "11:7: `report.at` is the path of a place, and `qualifier` is one of absent, latest, version, alias",
    ),
    (
        "message: too fast",
        "message: x\n  related: [{at: target.id, message: y}]",
        "11:18: `related.at` is the path of a place, and `target.id` is text",
    ),
    ("message: too fast", "message: x\n  related: [{at: target.at}]", "11:13: an item of `related` lacks `message`"),
    (
        "message: too fast",
        "message: [{text: a}, {text: b}]",
        "10:13: this case of `message` has no `where`, so those behind it are never used",
    ),
    (
        "message: too fast",
        "message: [{where: {qualifier: latest}, text: a}]",
        "10:13: the last case of `message` has no `where`: it is for what is left",
    ),
    ("message: too fast", "at: at", "10:3: `report` lacks `message`"),
]


@pytest.mark.parametrize(
    ("old", "new", "expected"), BROKEN, ids=[new.strip() or f"without {old}" for old, new, _ in BROKEN]
)
def test_a_mistake_is_told_once_with_its_place(old, new, expected):
    assert MINIMAL.count(old) >= 1
    *front, last = KINDS
    kinds = f"{', '.join(front)} or {last}"
    assert problem(MINIMAL.replace(old, new, 1)) == f"fast-calls.yml:{expected.replace('{kinds}', kinds)}"


SECTIONS = [
    ("references: [http://example.com]", "11:14: a reference is the address of a page, https://..."),
    ("references: https://example.com", "11:13: `references` is a list, not text"),
    (
        "unless: {qualifier: lates}",
        "11:21: `qualifier` is absent, latest, version or alias, never `lates`; did you mean `latest`?",
    ),
    ("severities: [{severity: note}]", "11:14: an item of `severities` lacks `where`"),
    (
        "severities: [{severity: info, where: {qualifier: latest}}]",
        "11:25: `severity` is error, warning or note, not `info`",
    ),
    ("fixes: [{title: a, edits: [{remove: at}]}]", "11:9: a fix lacks `safety`"),
    (
        "fixes: [{title: a, safety: sure, edits: [{remove: at}]}]",
        "11:28: `safety` is safe, unsafe or manual, not `sure`",
    ),
    ("fixes: [{title: <<x>>, safety: safe, edits: [{remove: at}]}]", "11:17: no field `x` in Invocation; there are "),
    ("fixes: [{title: a, safety: safe, edits: []}]", "11:41: `edits` is an empty list; leave it out or write an item"),
    (
        "fixes: [{title: a, safety: safe, edits: [{delete: at}]}]",
        "11:42: an edit has one of replace, set, rewrite, remove, rename, add, move or declare",
    ),
    (
        "fixes: [{title: a, safety: safe, edits: [{replac: at}]}]",
        "11:42: an edit has one of replace, set, rewrite, remove, rename, add, move or declare; "
        "did you mean `replace`?",
    ),
    ("fixes: [{title: a, safety: safe, edits: [{replace: at}]}]", "11:42: the edit `replace` lacks `with`"),
    (
        "fixes: [{title: a, safety: safe, edits: [{remove: at, with: 1}]}]",
        "11:55: the edit `remove` has no key `with`; there is remove",
    ),
    (
        "fixes: [{title: a, safety: safe, edits: [{remove: target}]}]",
        "11:51: `remove` is the path of a place, and `target` is a record (Function); did you mean `target.at`?",
    ),
    (
        'fixes: [{title: a, safety: safe, edits: [{replace: at, with: {Ref: ["<<tar.id>>"]}}]}]',
        "11:70: no field `tar` in Invocation; did you mean `target`?",
    ),
    ("advice: [{where: {qualifier: latest}}]", "11:10: a case of `advice` lacks `text`"),
    ("advice: <<no>>", "11:9: no field `no` in Invocation; there are "),
    ("params: {limit: 3}", "11:17: the parameter `limit` is a mapping with default and description, not a number"),
    (
        "params: {Limit: {default: 3, description: x}}",
        "11:10: a parameter's name is lower-case words joined by underscores",
    ),
    ("params: {limit: {default: 3}}", "11:17: the parameter `limit` lacks `description`"),
    (
        "params: {limit: {default: x, description: y}}",
        "11:10: the parameter `limit` is not used; test a field against `{param: limit}`",
    ),
    ("params: [limit]", "11:9: `params` is a mapping of names to parameters, not a list"),
]


@pytest.mark.parametrize(("section", "expected"), SECTIONS, ids=[section for section, _ in SECTIONS])
def test_a_mistake_in_a_further_section(section, expected):
    assert problem(f"{MINIMAL}{section}\n").startswith(f"fast-calls.yml:{expected}")


EXAMPLES = [
    (
        "bad: [{name: a, template: 'x'}]",
        "12:9: a bad example marks a line with `# error`, `# warning` or `# note` (JSON: with `at`)",
    ),
    ("bad: [{name: a, template: 'x # undecided'}]", "12:9: a bad example marks a line with"),
    ("good: [{name: a, template: 'x # note'}]", "12:10: a good example marks nothing"),
    (
        "undecided: [{name: a, template: 'x # note'}]",
        "12:15: an undecided example marks a line with `# undecided` (JSON: with `at`)",
    ),
    ("god: []", "12:3: `tests` has no key `god`; did you mean `good`?"),
    ("good: [{name: a}]", "12:10: a good example lacks `template`"),
    (
        "good: [{name: a, templat: x, template: x}]",
        "12:20: a good example has no key `templat`; did you mean `template`?",
    ),
    ("good: [{name: a, template: x}, {name: a, template: y}]", "12:34: two examples are called `a`"),
    (
        "bad: [{name: a, template: x, at: {1: oops}}]",
        "12:40: what is found at `1` is error, warning, note or undecided, not `oops`",
    ),
    ("good: [{name: a, template: x, fixed: [x]}]", "12:40: `fixed` is text, not a list"),
    ("good: [{name: a, template: x, parameters: {A: [x]}}]", "12:49: the value of the parameter `A` is text"),
]


@pytest.mark.parametrize(("section", "expected"), EXAMPLES, ids=[section for section, _ in EXAMPLES])
def test_a_mistake_in_the_examples(section, expected):
    text = f"{MINIMAL}tests:\n  {section}\n"
    found = problems(text, tests=True)
    assert found[0].startswith(f"fast-calls.yml:{expected}")
    assert [policy.id for policy in load_sources([Source("fast-calls.yml", text)])] == ["fast-calls"]


def test_all_problems_of_all_files_at_once_in_the_order_of_the_files():
    broken = MINIMAL.replace("qualifier: absent", "qualifer: absent").replace("severity: error", "severity: bad")
    with pytest.raises(PolicySetError) as caught:
        load_sources(
            [
                Source("fast-calls.yml", broken),
                Source("good.yml", MINIMAL.replace("fast-calls", "good")),
                Source("torn.yml", "id: [\n"),
                Source("empty.yml", ""),
                Source("list.yml", "- a\n"),
            ]
        )
    error = caught.value
    assert isinstance(error, UserError)
    assert [(each.path, each.line) for each in error.problems] == [
        ("fast-calls.yml", 3),
        ("fast-calls.yml", 8),
        ("torn.yml", 2),
        ("empty.yml", 1),
        ("list.yml", 1),
    ]
    assert str(error).splitlines()[-1] == (
        "list.yml:1:1: a policy is a mapping with id, title, severity, since, why, for, where, report, references, "
        "unless, severities, fixes, advice, params and tests, not a list"
    )


def test_two_policies_of_one_id():
    with pytest.raises(
        PolicySetError, match=r"b/fast-calls\.yml:1:1: a policy `fast-calls` is already in a/fast-calls\.yml"
    ):
        load_sources([Source("a/fast-calls.yml", MINIMAL), Source("b/fast-calls.yml", MINIMAL)])


PARAMS = """\
where:
  qualifier: {param: qualifiers}
params:
  qualifiers: {default: [absent, latest], description: What counts as unqualified.}
"""


def test_a_parameter_stands_for_its_default():
    [policy] = load_sources([Source("fast-calls.yml", MINIMAL.replace("where:\n  qualifier: absent\n", PARAMS))])

    assert policy.where == FieldTest(("qualifier",), Equals(Literals(("absent", "latest"), "qualifiers")), policy.at)
    assert policy.params == (Param("qualifiers", ("absent", "latest"), True, "What counts as unqualified."),)


def test_the_default_of_a_parameter_must_fit_where_it_is_used():
    text = MINIMAL.replace("where:\n  qualifier: absent\n", PARAMS.replace("latest]", "lates]"))

    assert problem(text) == (
        "fast-calls.yml:8:22: the default of `qualifiers` does not fit: `qualifier` is absent, latest, version or "
        "alias, never `lates`; did you mean `latest`?"
    )


def test_a_list_is_tested_as_a_list():
    text = MINIMAL.replace("for: invocation", "for: layer")
    for check, expected in [
        ("x86_64", "`architectures` is a list; test it with includes, excludes, some or every"),
        (
            "{includes: [x86_64]}",
            "an item of `architectures` is compared with one value; for several write `some: [a, b]`",
        ),
        (
            "{excludes: {not: x86_64}}",
            "an item of `architectures` is compared with a value, {field: path} or {param: name}",
        ),
        ("{some: x86}", "an item of `architectures` is x86_64 or arm64, never `x86`; did you mean `x86_64`?"),
        ("{excludes: {field: function.arch}}", "no field `arch` in Function; there are"),
        ("{field: architectures}", "`architectures` is a list and `architectures` is a list: they cannot be compared"),
    ]:
        assert expected in problem(text.replace("qualifier: absent", f"architectures: {check}"))


def test_directories(tmp_path: Path):
    (tmp_path / "fast-calls.yml").write_text(MINIMAL)
    (tmp_path / "slow-calls.yaml").write_text("\ufeff" + MINIMAL.replace("fast-calls", "slow-calls"), encoding="utf-8")
    (tmp_path / "README.md").write_text("no policy")

    policies = load_policies([tmp_path], built_in=False)

    assert [policy.id for policy in policies] == ["fast-calls", "slow-calls"]
    assert policies[0].at.path == str(tmp_path / "fast-calls.yml")


def test_a_directory_that_is_missing_or_empty_or_unreadable(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "latin.yml").write_bytes(b"id: caf\xe9\n")
    (tmp_path / "odd" / "folder.yml").mkdir()

    with pytest.raises(PolicySetError) as caught:
        load_policies([tmp_path / "missing", tmp_path / "empty", tmp_path / "odd"], built_in=False)

    assert [str(each).removeprefix(f"{tmp_path}/") for each in caught.value.problems] == [
        "missing: no directory of policies: No such file or directory",
        "empty: no policies in this directory; a policy is a .yml file",
        "odd/folder.yml: cannot be read: Is a directory",
        "odd/latin.yml: is not UTF-8; save it as UTF-8",
    ]


def test_the_built_in_policies_are_found_beside_the_package_or_at_the_top_of_a_checkout(tmp_path: Path, monkeypatch):
    package = tmp_path / "site-packages" / "saya"
    (package / "policy").mkdir(parents=True)
    (package / "policies").mkdir()
    monkeypatch.setattr(load, "__file__", str(package / "policy" / "load.py"))
    assert built_in_directory() == package / "policies"

    checkout = tmp_path / "checkout"
    (checkout / "src" / "saya" / "policy").mkdir(parents=True)
    (checkout / "policies").mkdir()
    monkeypatch.setattr(load, "__file__", str(checkout / "src" / "saya" / "policy" / "load.py"))
    assert built_in_directory() == checkout / "policies"
