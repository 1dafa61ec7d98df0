"""A secret that stands in a template reaches no output."""

from __future__ import annotations

import pytest

from saya.cli import main

SECRET = "correct-horse-42-battery"
TEMPLATE = f"""\
Resources:
  Db:
    Type: Custom::Database
    Properties:
      ServiceToken: arn:aws:lambda:us-east-1:111122223333:function:seed
      Password: {SECRET}
      Nested: {{ApiKey: "{SECRET}", Name: x}}
"""


@pytest.mark.parametrize("form", ["text", "json", "sarif", "markdown", "github"])
def test_no_format_repeats_it(form, tmp_path, capsys):
    template = tmp_path / "template.yaml"
    template.write_text(TEMPLATE, encoding="utf-8")
    assert main(["check", str(template), "--format", form]) == 1
    told = capsys.readouterr()
    assert "custom-resource-plaintext-secret" in told.out
    assert SECRET not in told.out + told.err
