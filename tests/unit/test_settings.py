import pytest

from saya.errors import UserError
from saya.settings import Config, Regions, check_region, read_config, read_environment
from saya.text.source import Source


def config(text: str) -> Config:
    return read_config(Source(".github/saya.yml", text))


@pytest.mark.parametrize(
    ("environ", "colour"),
    [
        ({}, None),
        ({"NO_COLOR": ""}, None),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        ({"TERM": "dumb"}, False),
        ({"TERM": "xterm"}, None),
    ],
)
def test_colour(environ, colour):
    assert read_environment(environ).colour is colour


def test_debug():
    assert read_environment({"SAYA_DEBUG": "1"}).debug
    assert not read_environment({}).debug


def test_nothing_written_is_the_default():
    assert config("") == config("# later\n") == Config()


def test_everything():
    read = config(
        """\
policies: [house/policies]
severity:
  log-group-arn-suffix: off
  lambda-layer-architecture: warning
params:
  lambda-layer-architecture: {accounts: ["123456789012"], strict: true, limit: 3}
regions:
  "infra/**": [eu-central-1, us-east-1]
  "*.yaml": [us-gov-west-1]
select: [a-policy]
ignore: [b-policy, c-policy]
fail-on: note
fail-on-undecided: true
"""
    )
    assert [entry.value for entry in read.policies] == ["house/policies"]
    assert {key.value: value for key, value in read.severity.items()} == {
        "log-group-arn-suffix": "off",
        "lambda-layer-architecture": "warning",
    }
    assert [dict(value) for value in read.params.values()] == [
        {"accounts": ("123456789012",), "strict": True, "limit": 3}
    ]
    assert read.regions == (Regions("infra/**", ("eu-central-1", "us-east-1")), Regions("*.yaml", ("us-gov-west-1",)))
    assert [entry.value for entry in read.select] == ["a-policy"]
    assert [entry.value for entry in read.ignore] == ["b-policy", "c-policy"]
    assert (read.fail_on, read.fail_on_undecided) == ("note", True)


def test_a_setting_knows_where_it_stands():
    (name,) = config("severity:\n  a-policy: error\n").severity
    assert name.at.start == (2, 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fail_on: error\n", "1:1: no setting `fail_on`; valid are fail-on, fail-on-undecided, ignore,"),
        ("- a\n", "1:1: the configuration is a mapping"),
        ("severity: error\n", "1:11: severity is a mapping"),
        ("severity:\n  a: high\n", "2:6: the severity of a is one of error, warning, note, off"),
        ("fail-on: off\n", "1:10: fail-on is one of error, warning, note, never"),
        ("fail-on-undecided: 'yes'\n", "1:20: this is neither true nor false"),
        ("policies: house\n", "1:11: policies is a list of directories of policies"),
        ("policies: [[a]]\n", "1:12: policies is a list of directories of policies; this item is no text"),
        ("select: a\n", "1:9: this is a list of policy IDs"),
        ("params:\n  a: 1\n", "2:6: the params of a is a mapping"),
        ("params:\n  a: {b: 1.5}\n", "2:10: a parameter is text, a whole number, true or false, or a list of these"),
        ("regions:\n  '*': [Frankfurt]\n", "2:9: `Frankfurt` is no AWS Region; valid is a name like eu-central-1"),
        ("regions:\n  '*': eu-west-1\n", "2:8: the regions of * is a list of AWS Regions"),
        ("fail-on: error\nfail-on: note\n", "2:1: "),
        ("severity: {a: error\n", ""),
    ],
)
def test_mistakes_are_refused_with_their_place(text, message):
    with pytest.raises(UserError) as caught:
        config(text)
    assert str(caught.value).startswith(f".github/saya.yml:{message}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "us-gov-west-1", "us-isob-east-1", "eusc-de-east-1"])
def test_regions(region):
    assert check_region(region) == region


@pytest.mark.parametrize("region", ["", "eu-west", "EU-WEST-1", "us-east-1a", "us east 1", "eu-west-1\n"])
def test_what_is_no_region(region):
    with pytest.raises(ValueError, match="is no AWS Region"):
        check_region(region)


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*.yaml", "t.yaml", True),
        ("*.yaml", "a/t.yaml", False),
        ("**/*.yaml", "t.yaml", True),
        ("**/*.yaml", "a/b/t.yaml", True),
        ("infra/**", "infra/a/t.yaml", True),
        ("infra/**", "other/t.yaml", False),
        ("./a.?aml", "a.yaml", True),
        ("a+(b).yaml", "a+(b).yaml", True),
        ("a.yaml", "aXyaml", False),
    ],
)
def test_patterns(pattern, path, matches):
    assert Regions(pattern, ()).match(path) is matches
