"""Changes of a function that take two calls, judged on the wiring of base."""

from __future__ import annotations

import pytest

from saya.facts.types import FunctionChange
from saya.model.value import Unknown

from .changed import changes
from .views import SAM, plain

PARAMETERS = """
Parameters: {Open: {Type: String}, Other: {Type: String}, Stored: {Type: "AWS::SSM::Parameter::Value<String>"}}
Conditions: {IsProd: !Equals [!Ref Open, prod], IsTest: !Equals [!Ref Open, test]}
"""
QUEUE = "  Mapping: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !GetAtt Fn.Arn}}\n"
BEHIND = """
  Version: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Fn}}
  Live:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: !Ref Fn, FunctionVersion: !GetAtt Version.Version, Name: a}
  Mapping: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref Live}}
"""


def template(properties, *, wiring=QUEUE, type_="AWS::Lambda::Function", condition="", top=PARAMETERS) -> str:
    when = f"    Condition: {condition}\n" if condition else ""
    return f"{top}\nResources:\n  Fn:\n    Type: {type_}\n{when}    Properties:\n      {{{properties}}}\n{wiring}"


def facts(base, head, *, wired=QUEUE, rewired=None) -> list[FunctionChange]:
    """The facts of a function's change; `wired` is its wiring in base, `rewired` that in head if it is another."""
    return changes(template(base, wiring=wired), template(head, wiring=wired if rewired is None else rewired))


def only(found: list[FunctionChange]) -> FunctionChange:
    (fact,) = found
    return fact


ALLOW = "  Allow: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref Fn, Principal: s3.amazonaws.com}}\n"
ARM = "Architectures: [x86_64], Layers: [A]", "Architectures: [arm64], Layers: [B]"


def test_the_founding_case():
    fact = only(facts(*ARM))
    assert (fact.mix, fact.severity, fact.outcome) == ("Architectures and Layers", "error", "half_updated")
    assert (fact.code_side, fact.configuration_side) == (("Architectures",), ("Layers",))
    assert (fact.changes, fact.in_place, fact.exposed) == (True, True, True)
    assert (fact.callers, fact.moved) == (("Mapping",), ())
    assert fact.property == "Architectures.0"
    assert "exec format error" in fact.meets


# Which mixes mean what: design section 6.

VALUES = {
    "Architectures": ("[x86_64]", "[arm64]"),
    "Code": ("{S3Bucket: b, S3Key: one.zip}", "{S3Bucket: b, S3Key: other.zip}"),
    "Layers": ("[A]", "[B]"),
    "Runtime": ("python3.12", "python3.13"),
    "Handler": ("app.one", "app.other"),
    "ImageConfig": ("{Command: [one]}", "{Command: [other]}"),
    "Environment": ("{Variables: {MODE: one}}", "{Variables: {MODE: other}}"),
    "MemorySize": ("128", "256"),
    "Timeout": ("3", "30"),
    "Role": ("!GetAtt RoleOne.Arn", "arn:aws:iam::1:role/other"),
    "Tags": ("[{Key: a, Value: one}]", "[{Key: a, Value: other}]"),
    "ReservedConcurrentExecutions": ("1", "2"),
}


@pytest.mark.parametrize(
    ("code", "configuration", "severity"),
    [
        ("Architectures", "Layers", "error"),
        ("Architectures", "Handler", "warning"),
        ("Architectures", "ImageConfig", "warning"),
        ("Code", "Layers", "warning"),
        ("Code", "Runtime", "warning"),
        ("Code", "Handler", "warning"),
        ("Code", "ImageConfig", "warning"),
        ("Architectures", "Runtime", "note"),
        ("Architectures", "Environment", "note"),
        ("Code", "Environment", "note"),
    ],
)
def test_what_a_mix_means(code, configuration, severity):
    base, head = (", ".join(f"{name}: {VALUES[name][side]}" for name in (code, configuration)) for side in (0, 1))
    fact = only(facts(base, head))
    assert (fact.mix, fact.severity) == (f"{code} and {configuration}", severity)
    assert (fact.outcome, fact.refused, fact.first) == ("half_updated", None, None)


@pytest.mark.parametrize(
    ("base", "head", "refused", "first"),
    [
        ("python3.7", "python3.13, Architectures: [arm64]", "`python3.7` on arm64", "Runtime"),
        ("java11, Architectures: [arm64]", "java8", "`java8` on arm64", "Architectures"),
        ("provided, Architectures: [x86_64]", "provided.al2, Architectures: [arm64]", "`provided` on arm64", "Runtime"),
        ("go1.x", "nodejs10.x, Architectures: [arm64]", "`go1.x` on arm64", "Runtime"),
    ],
)
@pytest.mark.parametrize("wired", [QUEUE, BEHIND, ""])
def test_a_runtime_that_is_not_offered_on_the_other_architecture_is_refused_whoever_calls(
    base, head, refused, first, wired
):
    fact = only(facts(f"Runtime: {base}", f"Runtime: {head}", wired=wired))
    assert (fact.mix, fact.severity, fact.outcome) == ("Architectures and Runtime", "error", "deployment_fails")
    assert (fact.refused, fact.first) == (refused, first)
    assert [each.title for each in fact.plan] == [f"Change {first} alone", "Make the rest of the change"]


@pytest.mark.parametrize(
    ("base", "head"),
    [
        ("Runtime: !Ref Open", "Runtime: python3.13, Architectures: [arm64]"),
        ("Runtime: python3.7", "Runtime: python3.13, Architectures: [!Ref Open]"),
    ],
)
def test_where_a_runtime_or_architecture_is_open_so_is_the_refusal(base, head):
    (fact,) = (each for each in facts(base, head) if each.outcome == "deployment_fails")
    assert isinstance(fact.changes, Unknown)
    assert fact.refused is None


@pytest.mark.parametrize("configuration", ["MemorySize", "Timeout", "Role", "Tags", "ReservedConcurrentExecutions"])
@pytest.mark.parametrize("code", ["Architectures", "Code"])
def test_a_mix_that_is_nothing(code, configuration):
    base, head = (", ".join(f"{name}: {VALUES[name][side]}" for name in (code, configuration)) for side in (0, 1))
    assert facts(base, head) == []


@pytest.mark.parametrize("sides", [("Code", "Architectures"), ("Layers", "Runtime", "Environment")])
def test_one_side_alone_is_one_call(sides):
    base, head = (", ".join(f"{name}: {VALUES[name][side]}" for name in sides) for side in (0, 1))
    assert facts(base, head) == []


def test_of_several_mixes_the_worst_comes_first_and_the_others_are_in_its_values():
    names = ("Code", "Architectures", "Layers", "Environment", "MemorySize")
    base, head = (", ".join(f"{name}: {VALUES[name][side]}" for name in names) for side in (0, 1))
    found = facts(base, head)
    assert (found[0].mix, found[0].severity) == ("Architectures and Layers", "error")
    assert found[0].mixes == (
        "Architectures and Layers",
        "Code and Layers",
        "Architectures and Environment",
        "Code and Environment",
    )
    assert found[0].code_side == ("Code", "Architectures")
    assert found[0].configuration_side == ("Layers", "Environment", "MemorySize")
    assert {fact.property for fact in found} == {found[0].property}


def test_a_note_of_which_nobody_knows_whom_it_meets_is_not_told():
    base, head = "Code: {ZipFile: one}, Environment: {Variables: {A: one}}", "Code: {ZipFile: other}"
    assert len(facts(base, head)) == 1
    assert facts(base, head, wired="") == facts(base, head, wired=ALLOW) == []
    (told,) = facts(base + ", Handler: app.one", head + ", Handler: app.other", wired=ALLOW)
    assert (told.mix, isinstance(told.exposed, Unknown)) == ("Code and Handler", True)


# What is compared.


def test_an_omitted_property_is_its_default():
    assert facts("Layers: [A]", "Layers: [B], Architectures: [x86_64]") == []
    assert only(facts("Layers: [A]", "Layers: [B], Architectures: [arm64]")).mix == "Architectures and Layers"
    assert only(facts("Layers: [A], Architectures: [arm64]", "Layers: [B]")).mix == "Architectures and Layers"
    assert facts("Architectures: [x86_64]", "Architectures: [arm64], Layers: []") == []
    assert facts("Architectures: [x86_64]", "Architectures: [arm64], Environment: {Variables: {}}") == []


def test_an_unknown_of_one_expression_is_equal_and_of_another_undecided():
    same = "Architectures: [!Ref Open], Layers: [%s]"
    assert facts(same % "A", same % "B") == []
    fact = only(facts(same % "A", same.replace("Open", "Other") % "B"))
    assert fact.changes == Unknown("base and head take it from different places")


def test_a_stored_parameter_is_unknown_and_equal_to_itself():
    assert facts("Architectures: [!Ref Stored], Layers: [A]", "Architectures: [!Ref Stored], Layers: [B]") == []


def test_each_alternative_is_compared_with_its_own():
    base = "Architectures: [!If [IsProd, x86_64, arm64]], Layers: [!If [IsProd, A, B]]"
    head = "Architectures: [arm64], Layers: [B]"
    fact = only(facts(base, head))
    assert dict(fact.guard.conditions) == {"IsProd": True}


def test_sides_that_never_change_together_are_no_mix():
    base = "Architectures: [!If [IsProd, x86_64, arm64]], Layers: [!If [IsProd, B, A]]"
    assert facts(base, "Architectures: [arm64], Layers: [B]") == []


def test_nested_alternatives():
    base = "Architectures: [!If [IsProd, x86_64, !If [IsTest, x86_64, arm64]]], Layers: [A]"
    found = facts(base, "Architectures: [arm64], Layers: [B]")
    assert [dict(fact.guard.conditions) for fact in found] == [{"IsProd": True}, {"IsProd": False, "IsTest": True}]


def test_the_condition_of_the_function_belongs_to_the_guard():
    base, head = (template(properties, condition="IsProd") for properties in ARM)
    assert dict(only(changes(base, head)).guard.conditions) == {"IsProd": True}


def test_a_function_that_base_has_under_another_condition_is_none_in_both():
    base, head = (
        template(properties, condition=name) for properties, name in zip(ARM, ("IsProd", "IsTest"), strict=True)
    )
    assert changes(base, head) == []


def test_another_default_of_a_parameter_is_a_change():
    def arch(default):
        top = f"Parameters: {{Arch: {{Type: String, Default: {default}, AllowedValues: [x86_64, arm64]}}}}\n"
        maps = "Mappings: {Layers: {x86_64: {Extension: A}, arm64: {Extension: B}}}\n"
        properties = "Architectures: [!Ref Arch], Layers: [!FindInMap [Layers, !Ref Arch, Extension]]"
        return template(properties, top=top + maps)

    fact = only(changes(arch("x86_64"), arch("arm64")))
    assert (fact.severity, dict(fact.guard.parameters)) == ("error", {"Arch": "arm64"})
    assert changes(arch("x86_64"), arch("x86_64")) == []
    given = {"Arch": "x86_64"}
    assert changes(arch("x86_64"), arch("arm64"), given=(given, given)) == []
    assert len(changes(arch("x86_64"), arch("x86_64"), given=(given, {"Arch": "arm64"}))) == 1


# Which functions.


@pytest.mark.parametrize(
    ("base", "head"),
    [
        ("FunctionName: one, ", "FunctionName: other, "),
        ("", "FunctionName: other, "),
        ("PackageType: Zip, ", "PackageType: Image, "),
        ("", "TenancyConfig: {TenantIsolationMode: PER_TENANT}, "),
        ("", "DurableConfig: {ExecutionTimeout: 60}, "),
        ("DurableConfig: {ExecutionTimeout: 60}, ", ""),
        ("CapacityProviderConfig: {A: b}, ", "CapacityProviderConfig: {A: b}, "),
    ],
)
def test_a_function_that_is_not_updated_in_place(base, head):
    found = facts(base + ARM[0], head + ARM[1])
    assert {fact.in_place for fact in found} == {False}


@pytest.mark.parametrize(
    ("base", "head"),
    [
        ("PackageType: Zip, ", ""),
        ("FunctionName: !Ref Open, ", "FunctionName: !Ref Open, "),
        ("DurableConfig: {ExecutionTimeout: 60}, ", "DurableConfig: {ExecutionTimeout: 90}, "),
        # What gets a capacity provider now is not published by CloudFormation yet.
        ("", "CapacityProviderConfig: {A: b}, "),
    ],
)
def test_a_function_that_is_updated_in_place(base, head):
    wiring = QUEUE
    if "Durable" in base:  # refuses unqualified calls
        wiring = (
            QUEUE
            + "  Head: {Type: AWS::Events::Rule, Properties: {Targets: [{Id: t, Arn: !Sub '${Fn.Arn}:$LATEST'}]}}\n"
        )
    found = facts(base + ARM[0], head + ARM[1], wired=wiring)
    assert {fact.in_place for fact in found} == {True}


def test_a_name_that_may_change_leaves_it_open():
    fact = only(facts("FunctionName: !Ref Open, " + ARM[0], "FunctionName: !Ref Other, " + ARM[1]))
    assert fact.in_place == Unknown("base and head take it from different places")


def test_a_name_that_changes_in_one_branch_replaces_there_alone():
    found = facts("FunctionName: one, " + ARM[0], "FunctionName: !If [IsProd, other, one], " + ARM[1])
    assert [(fact.in_place, dict(fact.guard.conditions)) for fact in found] == [
        (False, {"IsProd": True}),
        (True, {"IsProd": False}),
    ]


def test_a_function_that_is_new_or_has_another_logical_id():
    base = template(ARM[0]).replace("Fn", "Old")
    assert changes(base, template(ARM[1])) == []


# Who is exposed.


def test_behind_an_alias_of_base_nobody_is_exposed():
    fact = only(facts(*ARM, wired=BEHIND))
    assert (fact.exposed, fact.callers, fact.plan) == (False, (), ())


def test_an_alias_that_comes_with_the_change_is_one_deployment_too_late():
    fact = only(facts(*ARM, wired=QUEUE, rewired=BEHIND))
    assert (fact.exposed, fact.callers, fact.moved) == (True, ("Mapping",), ("Mapping",))


def test_a_caller_that_is_new_is_created_after_the_update():
    fact = only(facts(*ARM, wired=BEHIND, rewired=BEHIND + QUEUE.replace("Mapping", "New")))
    assert fact.exposed is False


def test_through_an_alias_on_latest():
    wiring = BEHIND.replace("!GetAtt Version.Version", "$LATEST")
    assert only(facts(*ARM, wired=wiring)).callers == ("Mapping",)


def test_deployments_alone_are_no_exposure_and_related():
    fact = only(facts(*ARM, wired="  Seed: {Type: Custom::Seed, Properties: {ServiceToken: !GetAtt Fn.Arn}}\n"))
    assert fact.exposed is False
    assert ("Seed", "head") in {(place.resource, place.revision) for place in fact.related}


@pytest.mark.parametrize(
    "wiring",
    [
        "",
        BEHIND + ALLOW,
        QUEUE.replace("!GetAtt Fn.Arn", "!Sub '${Fn.Arn}:${Open}'"),
    ],
)
def test_an_exposure_that_nobody_can_tell(wiring):
    assert isinstance(only(facts(*ARM, wired=wiring)).exposed, Unknown)


def test_a_caller_under_a_condition_exposes_under_it():
    wiring = QUEUE.replace(
        "Type: AWS::Lambda::EventSourceMapping", "Condition: IsProd, Type: AWS::Lambda::EventSourceMapping"
    )
    fact = only(facts(*ARM, wired=wiring))
    assert (fact.exposed, dict(fact.guard.conditions)) == (True, {"IsProd": True})
    both = only(facts(*ARM, wired=wiring + QUEUE.replace("Mapping:", "Always:")))
    assert (both.callers, dict(both.guard.conditions)) == (("Mapping", "Always"), {})


def test_a_caller_that_the_changed_branch_never_meets():
    wiring = QUEUE.replace(
        "Type: AWS::Lambda::EventSourceMapping", "Condition: IsTest, Type: AWS::Lambda::EventSourceMapping"
    )
    base = "Architectures: [!If [IsProd, x86_64, arm64]], Layers: [A]"
    fact = only(facts(base, "Architectures: [arm64], Layers: [B]", wired=wiring))
    assert fact.exposed is False


# Where it stands, and what belongs to it.


def related(fact: FunctionChange) -> list[tuple[str, str, str]]:
    return [(place.resource, place.property, place.revision) for place in fact.related]


def test_the_other_changed_properties_the_function_and_its_callers_are_related():
    names = ("Environment", "Layers", "Architectures", "Code")
    base, head = (", ".join(f"{name}: {VALUES[name][side]}" for name in names) for side in (0, 1))
    fact = facts(base, head)[0]
    assert fact.property == "Architectures.0"  # the first of the code side in the file
    assert related(fact) == [
        ("Fn", "Code.S3Key", "head"),
        ("Fn", "Layers.0", "head"),
        ("Fn", "Environment.Variables.MODE", "head"),
        ("Fn", "", "head"),
        ("Mapping", "FunctionName", "head"),
    ]
    assert [place.message for place in fact.related] == [
        "Code changes with UpdateFunctionCode",
        "Layers changes with UpdateFunctionConfiguration",
        "Environment changes with UpdateFunctionConfiguration",
        "the function",
        "`Mapping` invokes `$LATEST`",
    ]


def test_a_caller_that_head_has_repointed_or_removed_stands_where_base_has_it():
    rule = "  Rule: {Type: AWS::Events::Rule, Properties: {Targets: [{Id: t, Arn: !GetAtt Fn.Arn}]}}\n"
    fact = only(facts(*ARM, wired=QUEUE + rule, rewired=BEHIND))
    places = {place.resource: place for place in fact.related}
    assert (places["Mapping"].revision, places["Rule"].revision) == ("base", "base")
    assert places["Mapping"].message == "`Mapping` invokes `$LATEST` until this deployment is over"
    assert set(fact.moved) == {"Mapping", "Rule"}
    kept = only(facts(*ARM, wired=QUEUE + rule, rewired=BEHIND + rule))
    places = {place.resource: place for place in kept.related}
    assert (places["Mapping"].revision, places["Rule"].revision) == ("base", "head")
    assert kept.moved == ("Mapping",)


def test_a_caller_that_the_cdk_names_anew_is_the_same():
    before, after = (QUEUE.replace("Mapping:", f"Mapping{name}:") for name in ("0A1B2C3D", "FFEEDDCC"))
    fact = only(facts(*ARM, wired=before, rewired=after))
    assert ("MappingFFEEDDCC", "FunctionName", "head") in related(fact)
    assert fact.moved == ()


def test_a_property_that_head_drops_stands_at_the_function():
    fact = only(facts("Architectures: [arm64], Layers: [A]", "Layers: [B]"))
    assert fact.property == "Architectures"
    assert fact.at.source.text[fact.at.span.start : fact.at.span.end] == "Fn"


def test_a_caller_is_told_once():
    wiring = QUEUE.replace("!GetAtt Fn.Arn", "!If [IsProd, !Ref Fn, !GetAtt Fn.Arn]")
    assert {fact.callers for fact in facts(*ARM, wired=wiring)} == {("Mapping",)}


# SAM.


def sam(properties, globals_="", events="Events: {Get: {Type: HttpApi}, Tick: {Type: Schedule}}") -> str:
    top = f"{SAM}Globals: {{Function: {{{globals_}}}}}\n" if globals_ else SAM
    body = ", ".join(filter(None, (properties, events)))
    return template(body, type_="AWS::Serverless::Function", wiring="", top=top + PARAMETERS)


def test_a_function_of_sam_and_its_events():
    fact = only(changes(sam(ARM[0]), sam(ARM[1])))
    assert (fact.mix, fact.callers) == ("Architectures and Layers", ("Fn.Get", "Fn.Tick"))
    assert ("Fn", "Events.Get", "head") in related(fact)


def test_globals_change_every_function():
    fact = only(changes(sam("", ARM[0]), sam("", ARM[1])))
    assert fact.severity == "error"
    assert fact.at.source.text[: fact.at.span.start].count("Globals") == 1
    assert "Resources" not in fact.at.source.text[: fact.at.span.start]


def test_what_a_function_overrides_does_not_change_with_globals():
    own = "Architectures: [x86_64]"
    assert (
        changes(sam(own, "Architectures: [x86_64], Layers: [A]"), sam(own, "Architectures: [arm64], Layers: [B]")) == []
    )


def test_from_globals_to_the_function_is_no_change():
    assert changes(sam("", "Architectures: [arm64], Layers: [A]"), sam("Layers: [A], Architectures: [arm64]")) == []


def test_an_alias_that_sam_publishes_protects():
    published = "AutoPublishAlias: live, "
    assert only(changes(sam(published + ARM[0]), sam(published + ARM[1]))).exposed is False
    assert only(changes(sam(ARM[0]), sam(published + ARM[1]))).moved == ("Fn.Get", "Fn.Tick")


@pytest.mark.parametrize(
    ("base", "head", "mix"),
    [
        ("CodeUri: s3://b/one", "CodeUri: s3://b/other", "Code and Layers"),
        ("CodeUri: {Bucket: b, Key: one}", "CodeUri: {Bucket: b, Key: other}", "Code and Layers"),
        ("InlineCode: one", "InlineCode: other", "Code and Layers"),
        ("ImageUri: 1.dkr/one", "ImageUri: 1.dkr/other", "Code and Layers"),
    ],
)
def test_the_code_of_a_function_of_sam(base, head, mix):
    assert only(changes(sam(f"{base}, Layers: [A]"), sam(f"{head}, Layers: [B]"))).mix == mix


# Layers of the template.


def layered(content, *, architecture="x86_64", type_="AWS::Lambda::LayerVersion", property_="Content") -> str:
    layer = f"  Own: {{Type: {type_}, Properties: {{{property_}: {content}}}}}\n"
    return template(f"Architectures: [{architecture}], Layers: [!Ref Own]", wiring=QUEUE + layer)


def test_a_layer_of_the_template_whose_content_changes_is_another_layer():
    base, head = layered("{S3Bucket: b, S3Key: one}"), layered("{S3Bucket: b, S3Key: other}", architecture="arm64")
    fact = only(changes(base, head))
    assert (fact.mix, fact.severity, fact.changes) == ("Architectures and Layers", "error", True)
    (place,) = [each for each in fact.related if each.message.startswith("Layers")]
    assert place.at.source.text[place.at.span.start : place.at.span.end] == "other"


def test_a_layer_of_the_template_that_stays_is_no_change():
    assert (
        changes(layered("{S3Bucket: b, S3Key: one}"), layered("{S3Bucket: b, S3Key: one}", architecture="arm64")) == []
    )


def test_a_layer_whose_files_change():
    base, head = (layered("./layer", architecture=name) for name in ("x86_64", "arm64"))
    assert changes(base, head, files={"app/handler.py"}) == []
    assert only(changes(base, head, files={"layer/python/a.py"})).mix == "Architectures and Layers"


def test_a_layer_that_was_only_packaged_anew_is_undecided():
    key = "{S3Bucket: b, S3Key: serverless/app/dev/%s/layer.zip}"
    base = layered(key % "1795306099288-2026-11-22T00:08:19.288Z")
    head = layered(key % "1795306104038-2026-11-22T00:08:24.038Z", architecture="arm64")
    assert isinstance(only(changes(base, head)).changes, Unknown)


# Noise.


def test_nothing_changes_nothing():
    for text in (template(ARM[0]), sam(ARM[0]), layered("./layer")):
        assert changes(text, text) == []


def test_versions_that_a_tool_renames_are_no_change():
    hashed = "  FnLambdaVersion{}: {{Type: AWS::Lambda::Version, Properties: {{FunctionName: !Ref Fn}}}}\n"
    base, head = (hashed.format(name * 40) for name in "ab")
    environment = "Environment: {Variables: {V: !Ref FnLambdaVersion%s}}, "
    found = facts(
        environment % ("a" * 40) + "Architectures: [x86_64]",
        environment % ("b" * 40) + "Architectures: [arm64]",
        wired=QUEUE + base,
        rewired=QUEUE + head,
    )
    assert found == []


def test_very_many_differences_are_few_facts():
    def many(value):
        return ", ".join(f"K{number}: {value}" for number in range(200))

    found = facts(
        f"Architectures: [x86_64], Environment: {{Variables: {{{many('a')}}}}}",
        f"Architectures: [arm64], Environment: {{Variables: {{{many('b')}}}}}",
    )
    assert len(found) == 1
    assert plain(found[0].function) == "Fn"
