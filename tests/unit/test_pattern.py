"""Patterns compiled at their first use."""

from __future__ import annotations

import re

import pytest

from saya.pattern import pattern


def test_it_matches_as_a_compiled_pattern_does():
    lazy = pattern(r"(?P<word>[a-z]+)", re.IGNORECASE)
    assert lazy.fullmatch("ABC")["word"] == "ABC"
    assert lazy.sub("-", "a1b") == "-1-"
    assert [match[0] for match in lazy.finditer("a1b")] == ["a", "b"]


def test_it_is_compiled_once_and_only_when_used(monkeypatch):
    compiled = []
    monkeypatch.setattr(
        re, "compile", lambda source, flags, real=re.compile: compiled.append(source) or real(source, flags)
    )
    lazy = pattern("a")
    assert compiled == []
    lazy.search("a")
    lazy.search("b")
    assert compiled == ["a"]


def test_a_wrong_pattern_is_told_at_its_first_use():
    lazy = pattern("(")
    with pytest.raises(re.error, match="missing"):
        lazy.match("")
