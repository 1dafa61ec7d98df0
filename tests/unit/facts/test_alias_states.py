"""Aliases that protect nobody, and those that a change does not reach."""

from __future__ import annotations

import pytest

from saya.facts import alias_states
from saya.facts.types import AliasState
from saya.model.value import Unknown

from .changed import aliases
from .views import SAM, plain, view_of

PARAMETERS = (
    "Parameters: {Open: {Type: String}, Other: {Type: String}}\nConditions: {IsProd: !Equals [!Ref Open, prod]}\n"
)


def static(text) -> list[tuple[str, object]]:
    return [(fact.resource.id, plain(fact.cause)) for fact in alias_states.collect(view_of(PARAMETERS + text))]


def alias(version, *, name="Live", more="") -> str:
    properties = f"{{FunctionName: !Ref Fn, FunctionVersion: {version}, Name: live}}"
    return f"  {name}: {{Type: AWS::Lambda::Alias, Properties: {properties}}}\n{more}"


@pytest.mark.parametrize(
    ("version", "causes"),
    [
        ("$LATEST", ["latest"]),
        ("'1'", ["none"]),
        ("!GetAtt Version.Version", ["none"]),
        ("!Ref Open", ["?"]),
        ("!If [IsProd, '1', $LATEST]", ["none", "latest"]),
    ],
)
def test_an_alias_as_it_stands(version, causes):
    functions = "Resources:\n  Fn: {Type: AWS::Lambda::Function}\n"
    more = "  Version: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Fn}}\n"
    assert static(functions + alias(version, more=more)) == [("Live", cause) for cause in causes]


def test_what_sam_publishes_says_nothing_as_it_stands():
    view = view_of(
        f"{SAM}Resources: {{Fn: {{Type: AWS::Serverless::Function, Properties: {{AutoPublishAlias: live}}}}}}"
    )
    assert list(alias_states.collect(view)) == []


def test_a_state_stands_at_the_version_and_belongs_to_the_function():
    view = view_of(f"Resources:\n  Fn: {{Type: AWS::Lambda::Function}}\n{alias('$LATEST')}")
    (fact,) = alias_states.collect(view)
    assert (fact.property, fact.function.id, fact.subject, fact.alias.name) == ("FunctionVersion", "Fn", "Fn", "live")
    assert fact.at.source.text[fact.at.span.start : fact.at.span.end] == "$LATEST"


# By hand.


def version(properties="", *, name="Version", type_="AWS::Lambda::Version") -> str:
    return f"  {name}: {{Type: {type_}, Properties: {{FunctionName: !Ref Fn{properties}}}}}\n"


def stale(base, head, *, before="Timeout: 5", after="Timeout: 30") -> list[AliasState]:
    function = "Resources:\n  Fn: {{Type: AWS::Lambda::Function, Properties: {{{}}}}}\n"
    return aliases(PARAMETERS + function.format(before) + base, PARAMETERS + function.format(after) + head)


BY_HAND = alias("!GetAtt Version.Version", more=version())


def test_a_version_that_keeps_its_logical_id_and_properties_stays():
    (fact,) = stale(BY_HAND, BY_HAND)
    assert (fact.cause, fact.stale, fact.resource.id) == ("hand_written_version", ("Timeout",), "Live")
    assert [(place.resource, place.property) for place in fact.related] == [("Fn", "Timeout")]


@pytest.mark.parametrize(
    ("base", "head", "cause"),
    [
        ("", ", Description: release 2", None),
        (", Description: release 1", ", Description: release 2", None),
        (", CodeSha256: one", ", CodeSha256: other", None),
        (", Description: same", ", Description: same", "hand_written_version"),
        (", Description: !Ref Open", ", Description: !Ref Open", "hand_written_version"),
        (", Description: !Ref Open", ", Description: !Ref Other", "?"),
        (", ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 1}", "", "hand_written_version"),
    ],
)
def test_a_create_only_property_publishes_the_version_anew(base, head, cause):
    found = stale(*(alias("!GetAtt Version.Version", more=version(properties)) for properties in (base, head)))
    assert [plain(fact.cause) for fact in found] == ([] if cause is None else [cause])


@pytest.mark.parametrize(
    ("base", "head"),
    [
        (BY_HAND, alias("!GetAtt Version2.Version", more=version(name="Version2"))),
        (BY_HAND, alias("!GetAtt Version2.Version", more=version() + version(name="Version2"))),
        (alias("$LATEST"), alias("$LATEST")),
        (alias("'1'"), alias("'2'")),
        (alias("!Ref Open"), alias("!Ref Open")),
        ("", BY_HAND),
        (BY_HAND, ""),
        (BY_HAND, BY_HAND.replace("Live:", "New:")),
        # When a custom resource publishes, nobody can tell.
        (
            alias("!GetAtt Publish.Version", more=version(name="Publish", type_="Custom::Publish")),
            alias("!GetAtt Publish.Version", more=version(name="Publish", type_="Custom::Publish")),
        ),
    ],
)
def test_an_alias_that_moves_or_says_nothing(base, head):
    assert stale(base, head) == []


@pytest.mark.parametrize("kind", ["FnCurrentVersionE6D0B9F6{}", "FnLambdaVersion{}"])
def test_a_version_whose_logical_id_has_a_hash_moves_and_stays_where_it_keeps_it(kind):
    one, other = (kind.format(letter * 40 if "Lambda" in kind else letter * 32) for letter in "ab")

    def hashed(name):
        return alias(f"!GetAtt {name}.Version", more=version(name=name))

    assert stale(hashed(one), hashed(other)) == []
    assert [fact.cause for fact in stale(hashed(one), hashed(one))] == ["hand_written_version"]


def test_an_alias_on_a_number_stays():
    (fact,) = stale(alias("'3'"), alias("'3'"))
    assert fact.cause == "pinned_version"


def test_nothing_stays_behind_where_nothing_changes_or_the_function_is_new():
    assert stale(BY_HAND, BY_HAND, after="Timeout: 5") == []
    assert stale(BY_HAND, BY_HAND, before="FunctionName: one", after="FunctionName: other, Timeout: 5") == []
    assert stale(BY_HAND, BY_HAND, after="Timeout: 5, Tags: [{Key: a, Value: b}]") == []


def test_under_the_condition_under_which_it_stays():
    base = alias("!If [IsProd, '1', !GetAtt Version.Version]", more=version())
    head = alias("!If [IsProd, '2', !GetAtt Version.Version]", more=version())
    assert [(fact.cause, dict(fact.guard.conditions)) for fact in stale(base, head)] == [
        ("hand_written_version", {"IsProd": False})
    ]


# By AutoPublishAlias.


def sam(properties, *, more="") -> str:
    return (
        f"{SAM}{PARAMETERS}Resources:\n"
        f"  Fn: {{Type: AWS::Serverless::Function, Properties: {{AutoPublishAlias: live, {properties}}}}}\n{more}"
    )


@pytest.mark.parametrize(
    ("base", "head"),
    [
        ("Architectures: [x86_64]", "Architectures: [arm64]"),
        ("Layers: [A]", "Layers: [B]"),
        ("Runtime: python3.12", "Runtime: python3.13"),
        ("Handler: a.b", "Handler: a.c"),
        ("Timeout: 3", "Timeout: 30"),
        ("Timeout: 3, AutoPublishAliasAllProperties: false", "Timeout: 30, AutoPublishAliasAllProperties: false"),
    ],
)
def test_what_sam_does_not_publish_by_default(base, head):
    (fact,) = aliases(sam(base), sam(head))
    assert (fact.cause, fact.resource.id, fact.property) == ("auto_publish_default", "Fn", "AutoPublishAlias")
    assert fact.stale == (head.split(":")[0],)


@pytest.mark.parametrize(
    ("base", "head"),
    [
        ("CodeUri: s3://b/one", "CodeUri: s3://b/other"),
        ("Environment: {Variables: {A: b}}", "Environment: {Variables: {A: c}}"),
        ("MemorySize: 128", "MemorySize: 256"),
        ("SnapStart: {ApplyOn: None}", "SnapStart: {ApplyOn: PublishedVersions}"),
        ("Tags: {A: b}", "Tags: {A: c}"),
        ("FunctionName: one", "FunctionName: other"),
    ],
)
def test_what_sam_publishes_by_default_takes_the_rest_along(base, head):
    assert aliases(sam(f"{base}, Timeout: 3"), sam(f"{head}, Timeout: {3 if 'Tags' in base else 30}")) == []


def test_code_that_files_tell_is_published():
    text = "CodeUri: src, Timeout: %s"
    assert aliases(sam(text % 3), sam(text % 30), files={"src/app.py"}) == []
    assert len(aliases(sam(text % 3), sam(text % 30), files={"docs/a.md"})) == 1


def test_code_that_may_change_leaves_it_open():
    (fact,) = aliases(sam("CodeUri: !Ref Open, Timeout: 3"), sam("CodeUri: !Ref Other, Timeout: 30"))
    assert isinstance(fact.cause, Unknown)


@pytest.mark.parametrize(
    ("switch", "causes"),
    [
        ("true", []),
        ("false", ["auto_publish_default"]),
        ("!Ref Open", ["?"]),
        ("!If [IsProd, true, false]", ["auto_publish_default"]),
    ],
)
def test_all_properties(switch, causes):
    text = f"AutoPublishAliasAllProperties: {switch}, Timeout: %s"
    assert [plain(fact.cause) for fact in aliases(sam(text % 3), sam(text % 30))] == causes


def test_an_alias_that_sam_publishes_for_the_first_time_has_the_change():
    base = sam("Timeout: 3").replace("AutoPublishAlias: live, ", "")
    assert aliases(base, sam("Timeout: 30")) == []
