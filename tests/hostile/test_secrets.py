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


@pytest.mark.parametrize("form", ["text", "json", "sarif", "markdown", "github"])
@pytest.mark.parametrize(
    "properties",
    [
        f"{{ServiceToken: x, Password: {SECRET}, ApiKey: also-a-secret-1}}",
        f"{{ServiceToken: '{{{{resolve:secretsmanager:a}}}}', Password: {SECRET}}}",
        f"{{ApiKey: also-a-secret-1, Password: {SECRET}, Other: '{{{{resolve:secretsmanager:a}}}}'}}",
        "{ServiceToken: x, Password: !Ref DbPassword}",
        "{ServiceToken: x, Password: !If [C, !Ref DbPassword, x]}",
        "{ServiceToken: x, Password: !FindInMap [M, a, b]}",
    ],
)
def test_none_repeats_what_stands_beside_it(properties, form, tmp_path, capsys):
    """The line of one finding may hold the secret of another; the Default that a finding assumes may be one."""
    template = tmp_path / "template.yaml"
    template.write_text(
        f"Parameters:\n  DbPassword: {{Type: String, Default: {SECRET}}}\n"
        f"Mappings: {{M: {{a: {{b: {SECRET}}}}}}}\nConditions: {{C: !Equals [!Ref AWS::Region, a]}}\n"
        f"Resources:\n  Db:\n    Type: Custom::Database\n    Properties: {properties}\n",
        encoding="utf-8",
    )
    assert main(["check", str(template), "--format", form]) in (0, 1)
    told = capsys.readouterr()
    assert "custom-resource-plaintext-secret" in told.out
    assert SECRET not in told.out + told.err
