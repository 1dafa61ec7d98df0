"""The page about the language says what is true of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from saya.policy.clauses import OPERATORS
from saya.policy.example_section import KEYS as EXAMPLE_KEYS
from saya.policy.fix_section import EDITS
from saya.policy.load import load_sources
from saya.policy.policy_file import KEYS
from saya.text.source import Source

PAGE = (Path(__file__).parents[3] / "docs" / "policy-language.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
LAYER, INVOCATION, LOGS = "layer", "invocation", "log_group_arn"
SECTIONS = [
    (block, kind)
    for block, kind in zip(
        [block for block in BLOCKS if re.match(r"(where|report|fixes):", block)],
        [INVOCATION, LOGS, LAYER, INVOCATION, INVOCATION],
        strict=True,
    )
]


def test_the_policy_on_the_page_loads():
    [whole] = [block for block in BLOCKS if block.startswith("id:")]

    [policy] = load_sources([Source("lambda-layer-architecture.yml", whole)], tests=True)
    assert [example.kind for example in policy.tests] == ["bad"]


@pytest.mark.parametrize(("block", "kind"), SECTIONS, ids=[block.split("\n")[0] for block, _ in SECTIONS])
def test_the_sections_on_the_page_load(block, kind):
    fields = {LAYER: "versions: shared", INVOCATION: "qualifier: absent", LOGS: "form: bare"}[kind]
    rest = {"where": f"where: {{{fields}}}\n", "report": "report: {message: m}\n"}
    written = {line.split(":")[0] for line in block.splitlines()}
    text = "id: p\ntitle: t\nseverity: note\nsince: 0.1.0\nwhy: w\n" + f"for: {kind}\n"
    text += "".join(section for name, section in rest.items() if name not in written) + block

    assert load_sources([Source("p.yml", text)])[0].kind == kind


@pytest.mark.parametrize("word", [*KEYS, *OPERATORS, *EDITS, "name", *EXAMPLE_KEYS])
def test_every_word_of_the_language_is_on_the_page(word):
    assert re.search(rf"`\{{?{word}\b|\{{{word}: ", PAGE), word
