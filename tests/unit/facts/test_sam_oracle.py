"""SAM as it is written against what aws-sam-translator makes of it: the same properties, sites, layers and guards."""

import re
from collections import Counter
from pathlib import Path

import pytest

import compare_sam
from sam_oracle import authored, compare, differing, facts_told, is_sam, merged_properties, template, translated
from saya.facts.collect import collect_facts
from saya.model.guard import ALWAYS
from saya.model.resolve import Resolver
from saya.model.template import load_template
from saya.model.value import Absent, Given, Mapping, Sequence, Text, Unknown
from saya.sources.attached import AttachedFiles
from saya.sources.workspace import Folder
from saya.text.parse import parse
from saya.text.source import Source

TESTS = Path(__file__).parents[2]
FIXTURES = sorted((TESTS / "fixtures" / "sam").glob("*.yaml"))
CORPUS = sorted(path for path in (TESTS / "corpus" / "templates").iterdir() if is_sam(path.read_text(encoding="utf-8")))
PROPERTIES = (
    *("Architectures", "Layers", "Environment", "Runtime", "Handler", "Timeout", "MemorySize", "VpcConfig"),
    *("EphemeralStorage", "Description", "FunctionName", "PackageType", "SnapStart", "LoggingConfig"),
)


class Pair:
    """A template as written, and as SAM deploys it."""

    def __init__(self, path: Path) -> None:
        self.text = path.read_text()
        source = Source(path.name, self.text)
        self.written = Resolver(load_template(parse(source), source))
        self.deployed = Resolver(template(translated(self.text)))


@pytest.fixture(scope="module", params=FIXTURES, ids=lambda path: path.stem)
def pair(request):
    return Pair(request.param)


def told(guard):
    """A guard as something that can be compared and read."""
    return tuple(sorted({**dict(guard.conditions), **dict(guard.parameters)}.items(), key=str))


def tree(resolver, thunk):
    """Everything that a value can be."""
    return [(told(option.guard), leaf(resolver, option.value)) for option in resolver.alternatives(thunk)]


def leaf(resolver, value):
    if isinstance(value, Mapping):
        return {name: tree(resolver, thunk) for name, thunk in value.entries.items()}
    if isinstance(value, Sequence):
        return [tree(resolver, thunk) for thunk in value.items]
    if isinstance(value, Text):
        return unhashed(str(value))
    return value.reason if isinstance(value, Unknown) else None


def unhashed(text):
    """A text without the hash that SAM puts behind the logical ID of a layer."""
    return re.sub(r"\b(Made)[0-9a-f]{10}\b", r"\1", text)


def all_properties(resolver, resource):
    return tree(resolver, Given(resolver.properties(resource), resource.node))


def test_there_are_templates():
    assert [path.stem for path in FIXTURES] == ["aliased_events", "apis", "events", "globals", "state_machine"]


def test_globals_are_merged_as_the_translator_merges_them(pair):
    merged = merged_properties(pair.text)
    original = authored(pair.text)
    sections = {name: original[name] for name in ("Transform", "Parameters", "Conditions") if name in original}
    for name, properties in merged.items():
        written = pair.written.resources[name]
        other = {**original["Resources"], name: {"Type": written.type, "Properties": properties}}
        resolver = Resolver(template({**sections, "Resources": other}))
        assert all_properties(pair.written, written) == all_properties(resolver, resolver.resources[name]), name


def test_functions_have_the_properties_that_are_deployed(pair):
    functions = list(pair.written.of_type("AWS::Serverless::Function"))
    assert functions
    for written in functions:
        deployed = pair.deployed.resources[written.id]
        assert deployed.type == "AWS::Lambda::Function"
        assert told(written.guard) == told(deployed.guard)
        for name in PROPERTIES:
            assert values(pair.written, written, name) == values(pair.deployed, deployed, name), (written.id, name)


def values(resolver, resource, name):
    return [
        (told(option.guard), tree(resolver, Given((option._replace(guard=ALWAYS),), resource.node)))
        for option in resolver.option(resource, name)
        if option.value is not Absent.NO_VALUE
    ]


def invocations(resolver):
    """Who is invoked and how, without who invokes: that is another resource before and after.

    The guard has conditions only: the name of an alias is a parameter's value before and a literal after.
    """
    return Counter(
        (
            fact.target.id if fact.target is not None and not isinstance(fact.target, Unknown) else fact.target,
            "unknown" if isinstance(fact.qualifier, Unknown) else fact.qualifier,
            fact.exposure,
            fact.qualifier_support,
            None if fact.bypasses is None else str(fact.bypasses.name),
            None if fact.through is None else str(fact.through.name),
            fact.guard.conditions,
        )
        for fact in collect_facts(resolver, frozenset(("invocation",)))
    )


def test_the_same_functions_are_invoked_in_the_same_way(pair):
    written, deployed = invocations(pair.written), invocations(pair.deployed)
    assert written == deployed
    assert (written.total() > 5) is ("Events:" in pair.text)


@pytest.mark.parametrize("stem", ["events", "aliased_events"])
def test_every_kind_of_event_is_seen(stem):
    pair = Pair(next(path for path in FIXTURES if path.stem == stem))
    found = invocations(pair.written)
    qualifier = "alias" if stem == "aliased_events" else "absent"
    # 22 events and the function's URL; a skill names the function from outside.
    assert {key[:2] for key in found} == {("Worker", qualifier)}
    assert found.total() == 22


def layers(resolver):
    return Counter(
        (
            fact.function.id,
            unhashed(str(fact.name)),
            str(fact.architectures),
            str(fact.function.architecture),
            told(fact.guard),
        )
        for fact in collect_facts(resolver, frozenset(("layer",)))
    )


def test_functions_have_the_same_layers(pair):
    written = layers(pair.written)
    assert written == layers(pair.deployed)
    assert bool(written) is ("Layers:" in pair.text)


def test_what_the_template_calls_an_alias_is_the_alias_that_is_deployed():
    pair = Pair(next(path for path in FIXTURES if path.stem == "state_machine"))
    arn = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${First}:live"
    for resolver in (pair.written, pair.deployed):
        (option,) = resolver.option(resolver.resources["Third"], "Environment")
        ((_, variables),) = leaf(resolver, option.value)["Variables"]
        assert variables == {"FIRST": [((), arn)], "ALIAS": [((), arn)]}


# They include a file that is not in the corpus, and SAM wants to read it.
REFUSED = {
    "aws-samples.serverless-samples_apigw-private-custom-domain-name_iac_ap.yaml": "valid Swagger definition",
    "aws-samples.serverless-samples_queue-based-ingestion_python-sam_templa.yaml": "valid OpenApi definition",
}


def test_there_are_templates_of_others():
    assert len(CORPUS) > 40


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_the_facts_of_templates_of_others_are_those_of_what_is_deployed(path):
    try:
        differences = compare(path.read_text(encoding="utf-8"))
    except Exception as error:  # noqa: BLE001 - what the translator raises has no common root
        causes = " ".join(cause.message for cause in getattr(error, "causes", ()))
        assert REFUSED.get(path.name, "nothing to refuse") in causes
    else:
        assert list(map(str, differences)) == []


NESTED = sorted((TESTS.parent / "examples" / "sam-nested").rglob("template.yaml"))


@pytest.mark.parametrize("path", NESTED, ids=lambda path: path.parent.name)
def test_definitions_and_fragments_beside_a_template_say_the_same_in_what_is_deployed(path):
    files = AttachedFiles(Folder(path.parent), path.name, path.name)
    text = path.read_text(encoding="utf-8")
    assert list(map(str, compare(text, files))) == []
    if path.parent.name == "sam-nested":
        told = facts_told(Resolver(template(translated(text, files)), files=files))
        kinds = {(kind, fields[1] if kind == "Invocation" else "") for kind, fields in told}
        assert kinds > {("TaskState", ""), ("Invocation", "absent"), ("Invocation", "alias")}


def test_a_difference_is_seen():
    made = translated((TESTS / "fixtures" / "sam" / "aliased_events.yaml").read_text())
    changed = {**made, "Resources": {name: each for name, each in made["Resources"].items() if name != "WorkerUrl"}}
    assert differing(template(made), template(made)) == []
    (difference,) = differing(template(made), template(changed))
    assert (difference.kind, difference.fact[:2]) == ("Invocation", ("Worker", "alias"))
    assert difference.written == difference.deployed + 1


def test_the_tool_tells_of_each_template(tmp_path, capsys):
    folder = TESTS / "fixtures" / "sam"
    assert compare_sam.main([str(folder)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out == [*(f"{path}: equal" for path in FIXTURES), f"{len(FIXTURES)} equal"]
    api = "Own: {Type: AWS::Serverless::Api, Properties: {StageName: x, DefinitionUri: 's3://b/k'}}"
    event = "{Type: Api, Properties: {Path: /, Method: get, RestApiId: !Ref Own}}"
    function = f"{{InlineCode: x, Handler: h, Runtime: python3.13, Events: {{E: {event}}}}}"
    text = f"Resources:\n  Fn: {{Type: AWS::Serverless::Function, Properties: {function}}}\n  {api}\n"
    (tmp_path / "undecided.yaml").write_text(text)
    (tmp_path / "refused.yaml").write_text(text.replace("s3://b/k", "").replace("Method: get, ", ""))
    (tmp_path / "other.yaml").write_text("Resources: {}")
    assert compare_sam.main([str(tmp_path)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[-1] == "1 equal but undecided where a definition is elsewhere, 1 refused by SAM"
