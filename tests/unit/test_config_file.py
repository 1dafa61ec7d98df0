import jsonschema
import pytest

from saya.config_file import config_schema, read_config
from saya.errors import UserError
from saya.settings import Config, KnownLayer, Regions
from saya.text.source import Source


def config(text: str) -> Config:
    return read_config(Source(".github/saya.yml", text))


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
layers:
  - {account: "011122223333", name: house-agent, architectures: [x86_64], counterparts: {arm64: house-agent-arm}}
  - {name: house-python, architectures: [arm64, x86_64, arm64]}
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
    assert read.layers == (
        KnownLayer("011122223333", "house-agent", ("x86_64",), {"arm64": "house-agent-arm"}),
        KnownLayer(None, "house-python", ("arm64", "x86_64"), {}),
    )
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
        ("layers: {name: a}\n", "1:9: layers is a list of mappings with name, architectures, account and counterparts"),
        ("layers:\n  - a\n", "2:5: a layer is a mapping"),
        ("layers:\n  - {arch: a}\n", "2:6: no setting `arch` of a layer; valid are account, name, architectures,"),
        ("layers:\n  - {name: a}\n", "2:5: this layer has no architectures"),
        ("layers:\n  - architectures: [arm64]\n", "2:5: this layer has no name"),
        ("layers:\n  - {name: a, architectures: arm64}\n", "2:30: architectures is a list of architectures"),
        ("layers:\n  - {name: a, architectures: []}\n", "2:30: a layer is built for one of x86_64, arm64, or for both"),
        ("layers:\n  - {name: a, architectures: [arm]}\n", "2:31: `arm` is no architecture; valid are x86_64, arm64"),
        (
            "layers:\n  - name: arn:aws:lambda:us-east-1:111122223333:layer:a:1\n    architectures: [arm64]\n",
            "2:11: the name of a layer is letters, digits, - and _",
        ),
        (
            "layers:\n  - {name: a, architectures: [arm64], account: 1234}\n",
            "2:48: an account has twelve digits",
        ),
        (
            "layers:\n  - {name: a, architectures: [arm64], counterparts: {arm64: b}}\n",
            "2:54: the layer itself is for arm64; a counterpart is for another architecture",
        ),
        (
            "layers:\n  - {name: a, architectures: [arm64], counterparts: {x86: b}}\n",
            "2:54: `x86` is no architecture",
        ),
        ("fail-on: error\nfail-on: note\n", "2:1: "),
        ("severity: {a: error\n", ""),
    ],
)
def test_mistakes_are_refused_with_their_place(text, message):
    with pytest.raises(UserError) as caught:
        config(text)
    assert str(caught.value).startswith(f".github/saya.yml:{message}")
    assert "\n" not in str(caught.value)


def test_the_schema_takes_and_refuses_what_the_reader_does():
    validator = jsonschema.Draft202012Validator(config_schema())
    layer = {"account": "011122223333", "name": "a", "architectures": ["x86_64"], "counterparts": {"arm64": "b"}}
    assert validator.is_valid({"layers": [layer, {"name": "a", "architectures": ["arm64"]}]})
    for change in (
        {"account": "12"},
        {"name": "a b"},
        {"architectures": []},
        {"counterparts": {"x": "b"}},
        {"arch": 1},
    ):
        assert not validator.is_valid({"layers": [{**layer, **change}]}), change
