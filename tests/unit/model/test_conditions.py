import pytest

from saya.model.conditions import MAX_ATOMS, Constant, Flag
from saya.model.guard import ALWAYS, Guard

from .templates import property_of, resolver_of

TEMPLATE = """
Parameters:
  Stage: {Type: String, Default: test}
  Kind: {Type: String, AllowedValues: [a, b]}
  Flag: {Type: String, AllowedValues: ['true', 'false'], Default: 'false'}
  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', AllowedValues: [/x]}
Mappings:
  Stages:
    prod: {Big: true, Name: p}
    test: {Big: false, Name: t}
Conditions:
  Prod: !Equals [!Ref Stage, prod]
  Test: !Equals [test, !Ref Stage]
  NotProd: !Not [!Condition Prod]
  Either: !Or [!Condition Prod, !Condition Test]
  Both: !And [!Condition Prod, !Condition Test]
  KindA: !Equals [!Ref Kind, a]
  KindB: !Equals [!Ref Kind, b]
  KindC: !Equals [!Ref Kind, c]
  Same: !Equals [!Ref Stage, !Ref Stage]
  Twins: !Equals [!Ref Stage, !Ref Kind]
  TwinsToo: !Equals [!Ref Kind, !Ref Stage]
  Region: !Equals [!Ref 'AWS::Region', eu-west-1]
  Partition: !Equals [!Ref 'AWS::Partition', aws]
  Big: !Equals [!FindInMap [Stages, !Ref Stage, Big], true]
  Literally: !Equals [a, a]
  Joined: !Equals [!Join ['', [!Ref Stage, x]], prodx]
  Alias: !Condition Prod
  Stored: !Equals [!Ref Stored, /x]
  'Yes': true
  Nothing: !Equals [a]
  Circle: !Not [!Condition Round]
  Round: !And [!Condition Circle, !Condition Prod]
Resources: {X: {Type: Custom::X}}
"""


def guard(*names, **parameters):
    conditions = tuple(sorted((name.removeprefix("not "), not name.startswith("not ")) for name in names))
    return Guard(conditions, tuple(sorted(parameters.items())))


@pytest.fixture(scope="module")
def conditions():
    return resolver_of(TEMPLATE).conditions


@pytest.mark.parametrize(
    "together",
    [
        guard("Prod"),
        guard("not Prod"),
        guard("Prod", "Either"),
        guard("not Prod", "not Test", "not Either"),
        guard("KindA", "not KindB"),
        guard("Prod", "KindA"),
        guard("Prod", "Big"),
        guard("Test", "not Big"),
        guard("Twins", "TwinsToo"),
        guard("Prod", Stage="prod"),
        guard("Literally"),
        guard("Joined", "not Prod"),
        guard("Alias", "Prod"),
        guard("Stored"),
        guard("Nothing"),
        guard("not Nothing"),
        guard("Undefined"),
        guard("Circle"),
        guard("not Circle"),
        ALWAYS,
    ],
)
def test_what_can_hold(conditions, together):
    assert conditions.possible(together) is True


@pytest.mark.parametrize(
    "together",
    [
        guard("Prod", "Test"),
        guard("Prod", "NotProd"),
        guard("not Prod", "not NotProd"),
        guard("Both"),
        guard("Prod", "not Either"),
        guard("KindA", "KindB"),
        guard("not KindA", "not KindB"),
        guard("KindC"),
        guard("not Same"),
        guard("Twins", "not TwinsToo"),
        guard("Prod", "not Big"),
        guard("Test", "Big"),
        guard("Prod", Stage="test"),
        guard("Big", Stage="test"),
        guard("Both", Stage="prod"),
        guard("not Literally"),
        guard("Alias", "not Prod"),
        guard("not Yes"),
    ],
)
def test_what_cannot_hold(conditions, together):
    assert conditions.possible(together) is False


@pytest.mark.parametrize(
    ("name", "context", "decided"),
    [
        ("Prod", {}, None),
        ("Literally", {}, True),
        ("Same", {}, True),
        ("Both", {}, None),
        ("KindC", {}, None),
        ("Prod", {"parameters": {"Stage": "prod"}}, True),
        ("NotProd", {"parameters": {"Stage": "prod"}}, False),
        ("Either", {"parameters": {"Stage": "test"}}, True),
        ("Both", {"parameters": {"Stage": "prod"}}, False),
        ("Big", {"parameters": {"Stage": "prod"}}, True),
        ("Joined", {"parameters": {"Stage": "prod"}}, True),
        ("Region", {"region": "eu-west-1"}, True),
        ("Region", {"region": "us-east-1"}, False),
        ("Partition", {"region": "us-east-1"}, True),
        ("Stored", {"parameters": {"Stored": "/x"}}, None),
        ("Undefined", {}, None),
        ("Nothing", {}, None),
        ("Circle", {}, None),
        ("Yes", {}, True),
    ],
)
def test_what_the_context_decides(name, context, decided):
    assert resolver_of(TEMPLATE, **context).conditions.decided(name) is decided


def test_malformed_and_undefined_conditions_are_flags(conditions):
    assert conditions.formula("Undefined") == Flag("Undefined")
    assert conditions.formula("Nothing") == Flag("Nothing")
    assert conditions.formula("Literally") == Constant(True)
    assert "Prod" in conditions
    assert "Undefined" not in conditions


@pytest.mark.parametrize(
    "written",
    [
        *("", "x", "3", "[]", "{}", "{a: b}", "!And [x, y]"),
        *("{Fn::And: x}", "{Fn::Not: []}", "{Fn::Or: []}", "{Fn::Equals: [a, b, c]}"),
    ],
)
def test_no_form_of_a_condition_is_an_accident(written):
    resolver = resolver_of(f"Conditions:\n  C: {written}\nResources: {{}}\n")
    assert resolver.conditions.decided("C") is None
    assert resolver.conditions.possible(guard("C")) is True


def test_a_join_needs_no_formulas_where_names_contradict():
    resolver = resolver_of(TEMPLATE)
    assert resolver.join(guard("Prod"), guard("not Prod")) is None
    assert resolver.join(guard("Prod"), guard("Test")) is None
    assert resolver.join(guard("Prod"), guard("Big")) == guard("Big", "Prod")


def test_past_the_cap_nobody_can_tell():
    def resolver(count):
        names = range(count)
        text = "Parameters:\n" + "".join(f"  P{n}: {{Type: String}}\n" for n in names) + "Conditions:\n"
        text += "".join(f"  C{n}: !Equals [!Ref P{n}, x]\n" for n in names)
        text += f"  All: !And [{', '.join(f'!Condition C{n}' for n in names)}]\nResources: {{}}\n"
        return resolver_of(text)

    assert resolver(MAX_ATOMS).conditions.possible(guard("All", "not C0")) is False
    many = resolver(MAX_ATOMS + 1)
    assert many.conditions.possible(guard("All", "not C0")) is None
    assert many.join(guard("All"), guard("not C0")) == Guard((("All", True), ("C0", False)), undecided=True)
    assert many.join(guard("All"), guard("not All")) is None


def test_past_the_cap_what_has_nothing_to_do_with_it_is_decided():
    names = range(MAX_ATOMS)
    text = "Parameters:\n" + "".join(f"  P{n}: {{Type: String}}\n" for n in names) + "  Stage: {Type: String}\n"
    text += "Conditions:\n" + "".join(f"  C{n}: !Equals [!Ref P{n}, x]\n" for n in names)
    text += (
        f"  All: !And [{', '.join(f'!Condition C{n}' for n in names)}, !Equals [!Ref P0, x], !Equals [!Ref P1, y]]\n"
    )
    text += "  Prod: !Equals [!Ref Stage, prod]\n  Test: !Equals [!Ref Stage, test]\nResources: {}\n"
    conditions = resolver_of(text).conditions
    assert conditions.possible(guard("All")) is True  # more than can be tried, and nobody writes what never holds
    assert conditions.possible(guard("All", "Prod")) is True
    assert conditions.possible(guard("All", "Prod", "Test")) is False
    assert conditions.possible(guard("All", "C0", "Prod")) is None
    assert resolver_of(text, parameters={"P1": "x"}).conditions.possible(guard("All")) is False


def test_conditions_that_double_at_each_step_stay_small(at_most):
    text = "Parameters: {P: {Type: String}}\nConditions:\n  C0: !Equals [!Ref P, x]\n"
    text += "".join(f"  C{n}: !Or [!Condition C{n - 1}, !Condition C{n - 1}]\n" for n in range(1, 24))
    with at_most(10):
        conditions = resolver_of(text + "Resources: {}\n").conditions
        assert conditions.possible(guard("C23", "not C0")) is False
        assert conditions.possible(guard("C23", "C0")) is True
        assert conditions.decided("C23") is None


@pytest.mark.parametrize(
    "link", ["!Condition C{next}", "!Not [!Condition C{next}]", "!And [!Condition C{next}, !Condition C{next}]"]
)
@pytest.mark.parametrize("upwards", [True, False])
def test_a_long_chain_of_conditions_ends(link, upwards):
    chain = [f"  C{n}: {link.format(next=n + 1)}\n" for n in range(3000)]
    text = "Conditions:\n" + "".join(chain if upwards else reversed(chain)) + "  C3000: !Equals [a, a]\nResources: {}\n"
    conditions = resolver_of(text).conditions
    assert conditions.possible(guard("C0")) is True
    for number in range(3000, -1, -7):
        conditions.decided(f"C{number}")
    assert conditions.decided("C3000") is True


def test_a_condition_too_hard_to_decide_stays_open(at_most):
    names = range(12)
    text = "Parameters:\n" + "".join(f"  P{n}: {{Type: String}}\n" for n in names) + "Conditions:\n"
    clauses = [
        f"!Or [!Equals [!Ref P{i}, x], !Equals [!Ref P{j}, x], !Not [!Equals [!Ref P{(i + j) % 12}, x]]]"
        for i in names
        for j in names
    ]
    text += f"  Hard: !And [{', '.join(clauses)}]\nResources: {{}}\n"
    with at_most(20):
        assert resolver_of(text).conditions.possible(guard("Hard")) in (True, None)


def test_loops_make_conditions():
    resolver = resolver_of("""
    Transform: AWS::LanguageExtensions
    Parameters: {Stage: {Type: String}}
    Conditions:
      Fn::ForEach::Stages:
        - Name
        - [prod, test]
        - Is${Name}: !Equals [!Ref Stage, !Ref Name]
    Resources:
      X: {Type: Custom::X, Properties: {P: !If [Isprod, a, b], Q: !If [Istest, a, b]}}
    """)
    assert resolver.conditions.possible(guard("Isprod")) is True
    assert resolver.conditions.possible(guard("Isprod", "Istest")) is False
    assert property_of(resolver, "P") == {"Isprod": "a", "not Isprod": "b"}
