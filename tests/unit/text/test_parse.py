import subprocess
import sys

import pytest

from saya.errors import ParseError
from saya.text.parse import parse
from saya.text.source import Source

from .trees import plain


def test_the_text_says_which_language_it_is():
    assert parse(Source("f", ' {"a": 1}')).entries["a"].style == "json"
    assert parse(Source("f", "a: 1")).entries["a"].style == "plain"
    assert parse(Source("f.json", "a: 1")).entries["a"].style == "plain"
    assert parse(Source("f.yaml", "")) is None


def test_what_looks_like_json_may_be_flow_yaml():
    assert plain(parse(Source("f.yaml", "{a: !Ref b, # why\n}"))) == {"a": {"Ref": ("str", "b")}}
    with pytest.raises(ParseError, match=r"f\.json:1:2: not valid JSON"):
        parse(Source("f.json", "{a: !Ref b}"))


def test_the_language_that_got_further_complains():
    with pytest.raises(ParseError, match=r"f:2:7: not valid JSON: a value is expected"):
        parse(Source("f", '{"a": 1,\n\t"b": @}'))
    with pytest.raises(ParseError, match=r"f:2:4: not valid YAML: a plain value cannot begin with `@`"):
        parse(Source("f", "{a: 1,\nb: @}"))


def test_duplicates_of_both_languages_are_collected():
    for text in ('{"a": 1, "a": 2}', "a: 1\na: 2"):
        duplicates = []
        parse(Source("f", text), duplicates=duplicates)
        assert len(duplicates) == 1


def test_json_needs_no_yaml_library():
    program = (
        "import sys; from saya.text.parse import parse; from saya.text.source import Source;"
        "parse(Source('f', '{}')); assert 'yaml' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
