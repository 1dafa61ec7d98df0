from saya.model.template import Template, load_template
from saya.sources import pairing
from saya.sources.pairing import pair_by_content
from saya.text.parse import parse
from saya.text.source import Source


def template(*resources: str, type_: str = "AWS::SNS::Topic") -> Template:
    text = (
        "Resources:" + "".join(f"\n  {name}: {{Type: {type_}}}" for name in resources) if resources else "Resources: {}"
    )
    source = Source("t.yaml", text)
    return load_template(parse(source), source)


def test_those_with_half_of_their_resources_in_common_are_one():
    base = {"old": template("A", "B", "C")}
    assert pair_by_content({"new": template("A", "B", "D")}, base) == {"new": "old"}
    assert pair_by_content({"new": template("A", "D")}, base) == {}
    assert pair_by_content({"new": template("A", "B", "C", type_="AWS::SQS::Queue")}, base) == {}


def test_each_at_most_once_and_the_most_alike_first():
    base = {"one": template("A", "B", "C"), "two": template("A", "B")}
    head = {"first": template("A", "B", "C", "D"), "second": template("A", "B", "C"), "third": template("A", "B", "X")}
    assert pair_by_content(head, base) == {"second": "one", "third": "two"}


def test_templates_without_resources_are_nobodys():
    assert pair_by_content({"new": template()}, {"old": template()}) == {}
    assert pair_by_content({}, {"old": template("A")}) == {}


def test_of_too_many_none_are_paired(monkeypatch):
    monkeypatch.setattr(pairing, "MOST", 1)
    assert pair_by_content({"a": template("A"), "b": template("B")}, {"c": template("A")}) == {}
