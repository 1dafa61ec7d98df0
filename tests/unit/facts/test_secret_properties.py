from __future__ import annotations

import pytest

from saya.facts.secret_names import is_secret_name, is_secret_text
from saya.facts.secret_properties import collect
from saya.facts.types import SecretProperty
from saya.facts.view import View
from saya.model.assembly import nested_stack
from saya.model.resolve import Resolver
from saya.model.template import load_template
from saya.model.value import Unknown
from saya.text.parse import parse
from saya.text.source import Source

HEAD = """\
Parameters:
  DbPassword: {Type: String}
  Defaulted: {Type: String, Default: ''}
  Hidden: {Type: String, NoEcho: true, Default: x}
  PasswordSecretName: {Type: String}
  PasswordParam: {Type: String}
  Described: {Type: String, Description: The ARN of the secret}
  Resolved: {Type: String, Default: '{{resolve:ssm:/a}}'}
  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /app/password}
  Switch: {Type: String, AllowedValues: ['true', 'false']}
  Length: {Type: Number}
  Stage: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Mappings:
  Passwords: {dev: {Db: correct-horse}}
Resources:
  User: {Type: AWS::IAM::User}
  Key: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref User}}
  Secret: {Type: AWS::SecretsManager::Secret}
  Db:
    Type: Custom::Db
    Properties:
      ServiceToken: arn:aws:lambda:us-east-1:111122223333:function:f
"""


def secrets(properties: str, *, head: str = HEAD, **parameters: str) -> list[SecretProperty]:
    text = head + "".join(f"      {line}\n" for line in properties.splitlines())
    source = Source("template.yaml", text)
    return list(collect(View(Resolver(load_template(parse(source), source), parameters=parameters))))


@pytest.mark.parametrize(
    "key",
    [
        *("Password", "password", "MasterUserPassword", "DB_PASSWORD", "dbPasswd", "Passphrase", "Pwd"),
        *("Secret", "ClientSecret", "webhookSecret", "SecretString", "Credentials"),
        *("ApiKey", "APIKey", "apikey", "DatadogAPPKey", "NewRelicLicenseKey", "PrivateKey", "SecretKey"),
        *("SecretAccessKey", "Token", "AccessToken", "mapboxToken", "GithubApiTokenString", "AuthToken"),
    ],
)
def test_a_key_that_takes_a_secret_is_known(key):
    assert is_secret_name(key)


@pytest.mark.parametrize("identifier", ["SumoAccessID", "SumoAccessId", "SumoAccessKeyId"])
def test_an_access_key_beside_its_identifier_is_the_secret(identifier):
    (fact,) = secrets(f"Login: {{{identifier}: su123, SumoAccessKey: !Ref DbPassword}}")
    assert (fact.key, fact.given, fact.property) == ("SumoAccessKey", "parameter", "Login.SumoAccessKey")
    assert secrets("Login: {AccessKey: AKIAEXAMPLE, SumoAccessKey: x, SecretArn: y}") == []


@pytest.mark.parametrize(
    "key",
    [
        *("PasswordSecretArn", "SecretName", "SecretId", "PasswordPath", "PasswordLength", "MaxPasswordAge"),
        *("PasswordPolicy", "PasswordReusePrevention", "AllowUsersToChangePassword", "RequirePassword", "Passwords"),
        *("MinimumPasswordLength", "HardExpiry", "SecretRotation", "TokenExpiration", "PasswordEnabled"),
        *("ServiceToken", "NextToken", "RebuildToken", "DeployToken", "ClientRequestToken", "TokenValidity"),
        *("S3Key", "ObjectKey", "KeyName", "AccessKey", "AccessKeyId", "EncryptionKey", "KmsKey", "PartitionKey"),
        *("StoreAPIKeyInSecretsManager", "ApiKeySource", "GenerateSecret", "ChangePassword", "Bypass", "Tokens", "0"),
    ],
)
def test_a_key_about_a_secret_is_none(key):
    assert not is_secret_name(key)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        *(("Password", text) for text in ("hunter2", "correct horse", "changeme", "a/b")),
        *(("Token", text) for text in ("ghp_16C7e42F292c6912E7", '{"value": "test"}')),
        ("ApiKey", "0123abcd"),
        ("SecretKeyString", '{"secretKeyType": "PLAIN_TEXT", "value": "sk_test_1213"}'),
        ("Token", '{"user": "app", "password": "correct-horse"}'),
    ],
)
def test_a_text_may_be_a_secret(key, text):
    assert is_secret_text(key, text)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        *(("Password", text) for text in ("", "  ", "true", "NONE", "n/a", "42", "1.5", "generated", "AUTO")),
        *(("Password", text) for text in ("arn:aws:ssm:x", "https://x/y", "/prod/db/password", "<password>", "xxxxxx")),
        *(("Password", text) for text in ("your-password", "%%PASSWORD%%", "${PASSWORD}", "REPLACE me", "****")),
        *(("Secret", text) for text in ("prod-database", "my-secret")),
        ("Token", "defaultRebuildToken"),
        ("SecretKey", "password"),
        ("ApiKey", "weather-service"),
        ("SecretKeyString", '{"secretKeyType": "SSM_PARAMETER", "parameterName": "stripe1"}'),
        ("GithubApiTokenString", '{"secretKeyType": "SECRETS_MANAGER", "secretId": "x1", "secretField": "token"}'),
    ],
)
def test_a_text_that_is_no_secret_is_passed_over(key, text):
    assert not is_secret_text(key, text)


@pytest.mark.parametrize(
    ("value", "given", "parameter"),
    [
        ("correct-horse", "literal", None),
        ("!Sub correct-horse", "literal", None),
        ("!Join ['', [correct, horse]]", "literal", None),
        ("!FindInMap [Passwords, dev, Db]", "literal", None),
        ("!Ref DbPassword", "parameter", "DbPassword"),
        ("!Sub 'x${DbPassword}'", "parameter", "DbPassword"),
        ("!Ref Defaulted", "parameter", "Defaulted"),
        ("!Ref Hidden", "no_echo_parameter", "Hidden"),
        ("!Ref PasswordSecretName", "other", "PasswordSecretName"),
        ("!Ref PasswordParam", "other", "PasswordParam"),
        ("!Ref Described", "other", "Described"),
        ("!Ref Resolved", "other", "Resolved"),
        ("!Ref Stored", "other", "Stored"),
        ("!GetAtt Key.SecretAccessKey", "access_key", None),
        ("!GetAtt User.Arn", "other", None),
        ("!Ref Secret", "other", None),
        ("!ImportValue password", "other", None),
        ("'{{resolve:ssm:/db/password:1}}'", "other", None),
        ("!Sub '{{resolve:secretsmanager:${Secret}}}'", "other", None),
    ],
)
def test_how_the_secret_is_given(value, given, parameter):
    (fact,) = secrets(f"Password: {value}")
    assert (fact.key, fact.given, fact.parameter) == ("Password", given, parameter)


@pytest.mark.parametrize(
    ("properties", "key"),
    [
        ("Value: !GetAtt Key.SecretAccessKey", "Value"),
        ("Arguments: [smtp, !GetAtt Key.SecretAccessKey]", "Arguments"),
        ("""Create: !Sub '{"value": "${Key.SecretAccessKey}"}'""", "value"),
        ("""Create: !Sub '{"value": ${Key.SecretAccessKey}'""", "Create"),
    ],
)
def test_the_secret_of_an_access_key_is_one_under_any_name(properties, key):
    (fact,) = secrets(properties)
    assert (fact.key, fact.given) == (key, "access_key")
    assert secrets(properties.replace("Key.SecretAccessKey", "User.Arn")) == []


@pytest.mark.parametrize("value", ["''", "true", "32", "!Ref AWS::NoValue", "!Ref Switch", "!Ref Length", "{Min: 8}"])
def test_what_is_no_secret_has_no_fact(value):
    assert secrets(f"Password: {value}") == []


def test_a_parameter_is_one_with_a_value_too():
    (fact,) = secrets("Password: !Ref DbPassword", DbPassword="correct-horse")
    assert (fact.given, fact.parameter) == ("parameter", "DbPassword")


def test_a_value_that_is_not_known_is_undecided():
    (fact,) = secrets("Password: {Fn::Select: [!Ref Stage, [a, b]]}")
    assert isinstance(fact.given, Unknown)


def test_alternatives_are_told_apart():
    facts = secrets("Password: !If [IsProd, !Ref Hidden, correct-horse]")
    assert {fact.given: fact.guard.conditions for fact in facts} == {
        "no_echo_parameter": (("IsProd", True),),
        "literal": (("IsProd", False),),
    }


def test_nested_keys_count_and_tags_do_not():
    (fact,) = secrets("Users: [{Name: app, Password: correct-horse}]\nTags: {Password: correct-horse}")
    assert (fact.property, fact.identity, fact.subject) == ("Users.0.Password", "Users.app.Password", "Password")
    assert fact.at.start_line == HEAD.count("\n") + 1


def test_only_custom_resources_are_looked_at():
    for type_, found in (("AWS::CloudFormation::CustomResource", 1), ("AWS::RDS::DBInstance", 0), ("My::Own::Type", 0)):
        assert len(secrets("Password: correct-horse", head=HEAD.replace("Custom::Db", type_))) == found


@pytest.mark.parametrize(
    ("given", "echo", "kind"),
    [
        *((given, "", "parameter") for given in ("!Ref Outer", "'{{resolve:secretsmanager:db}}'")),
        *(
            (given, ", NoEcho: true", "no_echo_parameter")
            for given in ("!Ref Outer", "'{{resolve:secretsmanager:db}}'")
        ),
        ("correct-horse", ", NoEcho: true", "literal"),
    ],
)
def test_what_a_parent_gives_comes_through_a_parameter(given, echo, kind):
    child = f"""
Parameters: {{DbPassword: {{Type: String{echo}}}}}
Resources: {{Db: {{Type: Custom::Db, Properties: {{Password: !Ref DbPassword}}}}}}
"""
    parent = f"""
Parameters: {{Outer: {{Type: String, NoEcho: true}}}}
Resources:
  Child:
    Type: AWS::CloudFormation::Stack
    Properties: {{TemplateURL: child.yaml, Parameters: {{DbPassword: {given}}}}}
"""
    source = Source("parent.yaml", parent)
    above = Resolver(load_template(parse(source), source), files={"child.yaml": Source("child.yaml", child)}.get)
    below = nested_stack(above, above.resources["Child"])
    assert below is not None
    (fact,) = collect(View(below))
    assert (fact.given, fact.parameter) == (kind, None if kind == "literal" else "DbPassword")


CALL = """\
Create: !Join
  - ''
  - ['{"action": "adminSetUserPassword", "parameters": {"Username": "admin", "Password": "', %s, '"}}']
"""


@pytest.mark.parametrize(
    ("password", "given"),
    [
        ("correct-horse", "literal"),
        ("!Ref DbPassword", "parameter"),
        ("!Ref Hidden", "no_echo_parameter"),
        ("'{{resolve:secretsmanager:db}}'", "other"),
    ],
)
def test_a_secret_within_an_api_call_counts(password, given):
    (fact,) = secrets(CALL % password)
    assert (fact.key, fact.given, fact.property) == ("Password", given, "Create.parameters.Password")


def test_each_call_is_read_once_per_alternative():
    call = """!If [IsProd, '{"Password": "correct-horse"}', '{"Password": "battery-staple"}']"""
    facts = secrets(f"Create: {call}\nUpdate: {call}\nNote: {call}")
    assert [(fact.property, dict(fact.guard.conditions)) for fact in facts] == [
        ("Create.Password", {"IsProd": True}),
        ("Create.Password", {"IsProd": False}),
        ("Update.Password", {"IsProd": True}),
        ("Update.Password", {"IsProd": False}),
    ]


def test_a_text_that_only_begins_like_json_is_a_text():
    assert is_secret_text("Token", '{"a": ' * 20_000)
    assert is_secret_text("Password", "{brace")
