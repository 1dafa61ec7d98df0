import pytest

from saya.region import check_region
from saya.settings import Regions, read_environment


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
