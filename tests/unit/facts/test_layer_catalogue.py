from __future__ import annotations

import pytest

from saya.facts.layer_catalogue import HouseLayer, classify

DATADOG = "464622532012"
STRANGER = "111122223333"

X86, ARM, BOTH = ("x86_64",), ("arm64",), ("x86_64", "arm64")


@pytest.mark.parametrize(
    ("account", "name", "architectures", "counterpart"),
    [
        (DATADOG, "Datadog-Extension", X86, "Datadog-Extension-ARM"),
        (DATADOG, "Datadog-Extension-FIPS", X86, "Datadog-Extension-ARM-FIPS"),
        (DATADOG, "Datadog-Extension-ARM", ARM, "Datadog-Extension"),
        (DATADOG, "Datadog-Extension-ARM-FIPS", ARM, "Datadog-Extension-FIPS"),
        ("002406178527", "Datadog-Extension", X86, "Datadog-Extension-ARM"),
        (DATADOG, "Datadog-Python312", X86, "Datadog-Python312-ARM"),
        (DATADOG, "Datadog-Python312-ARM", ARM, "Datadog-Python312"),
        (DATADOG, "Datadog-Python37", X86, None),
        (DATADOG, "Datadog-Ruby3-2", X86, "Datadog-Ruby3-2-ARM"),
        (DATADOG, "Datadog-Node20-x", BOTH, None),
        (DATADOG, "dd-trace-java", BOTH, None),
        (DATADOG, "dd-trace-dotnet", X86, "dd-trace-dotnet-ARM"),
        ("580247275435", "LambdaInsightsExtension", X86, "LambdaInsightsExtension-Arm64"),
        ("066549572091", "LambdaInsightsExtension-Arm64", ARM, "LambdaInsightsExtension"),
        ("066549572091", "epsagon-python-layer", BOTH, None),
        (
            "177933569100",
            "AWS-Parameters-and-Secrets-Lambda-Extension-Arm64",
            ARM,
            "AWS-Parameters-and-Secrets-Lambda-Extension",
        ),
        ("027255383542", "AWS-AppConfig-Extension", X86, "AWS-AppConfig-Extension-Arm64"),
        (
            "017000801446",
            "AWSLambdaPowertoolsPythonV3-python312-x86_64",
            X86,
            "AWSLambdaPowertoolsPythonV3-python312-arm64",
        ),
        ("017000801446", "AWSLambdaPowertoolsPythonV2", X86, "AWSLambdaPowertoolsPythonV2-Arm64"),
        ("094274105915", "AWSLambdaPowertoolsTypeScriptV2", BOTH, None),
        (
            None,
            "/aws/service/powertools/python/x86_64/python3.13/latest",
            X86,
            "/aws/service/powertools/python/arm64/python3.13/latest",
        ),
        (None, "/aws/service/powertools/typescript/generic/all/2.3.0", BOTH, None),
        ("901920570463", "aws-otel-python-amd64-ver-1-25-0", X86, "aws-otel-python-arm64-ver-1-25-0"),
        ("184161586896", "opentelemetry-collector-amd64-0_15_0", X86, "opentelemetry-collector-arm64-0_15_0"),
        ("184161586896", "opentelemetry-nodejs-0_14_0", BOTH, None),
        ("451483290750", "NewRelicNodeJS18X", X86, "NewRelicNodeJS18XARM64"),
        ("451483290750", "NewRelicPython312ARM64-slim", ARM, "NewRelicPython312-slim"),
        ("585768157899", "Dynatrace_OneAgent_1_329_0_python_x86", X86, "Dynatrace_OneAgent_1_329_0_python_arm"),
        ("254067382080", "splunk-apm-python", X86, "splunk-apm-python-arm"),
        ("254067382080", "splunk-apm-arm", ARM, "splunk-apm"),
        ("534081306603", "arm-php-83-fpm", ARM, "php-83-fpm"),
        ("873528684822", "php-74", X86, "arm-php-74"),
        ("534081306603", "console", BOTH, None),
        ("403367587399", "amqp-php-81", X86, "arm-amqp-php-81"),
        ("336392948345", "AWSSDKPandas-Python311", X86, "AWSSDKPandas-Python311-Arm64"),
        ("770693421928", "Klayers-p312-arm64-boto3", ARM, "Klayers-p312-boto3"),
        ("770693421928", "Klayers-p312-boto3", X86, "Klayers-p312-arm64-boto3"),
        ("753240598075", "LambdaAdapterLayerX86", X86, "LambdaAdapterLayerArm64"),
        ("753240598075", "Nginx123Arm", ARM, "Nginx123X86"),
        ("753240598075", "BunRuntimeX64", X86, "BunRuntimeArm64"),
        ("634166935893", "vault-lambda-extension", X86, "vault-lambda-extension-arm64"),
        ("702835727665", "honeycomb-lambda-extension", X86, None),
        ("956882708938", "sumologic-extension", X86, None),
        (STRANGER, "Synthetics_Selenium", BOTH, None),
    ],
)
def test_the_catalogue_knows(account, name, architectures, counterpart):
    entry = classify(account, name)

    assert entry is not None
    assert (entry.architectures, entry.evidence) == (architectures, "catalogue")
    assert entry.neutral is (architectures == BOTH)
    other = "arm64" if architectures == X86 else "x86_64"
    assert entry.counterpart(other) == counterpart
    if counterpart is not None:
        twin = classify(account, counterpart)
        assert twin is not None
        assert (twin.architectures, twin.counterpart(architectures[0])) == ((other,), name)


@pytest.mark.parametrize(
    ("account", "name", "versions"),
    [
        (DATADOG, "Datadog-Extension", "shared"),
        (DATADOG, "Datadog-Extension-ARM", "shared"),
        (DATADOG, "Datadog-Python312", "shared"),
        (STRANGER, "Datadog-Extension", "separate"),
        ("580247275435", "LambdaInsightsExtension", "separate"),
    ],
)
def test_versions_are_separate_unless_a_row_says_otherwise_of_its_own_accounts(account, name, versions):
    entry = classify(account, name)

    assert entry is not None
    assert entry.versions == versions


@pytest.mark.parametrize(
    ("name", "own", "elsewhere"),
    [
        ("Datadog-Extension", (DATADOG, "certain"), "likely"),
        ("instana-nodejs", ("410797082306", "likely"), "unsure"),
    ],
)
@pytest.mark.parametrize("account", [STRANGER, None])
def test_in_another_account_a_known_name_is_one_step_less_certain(name, own, elsewhere, account):
    known, copy = classify(own[0], name), classify(account, name)

    assert known is not None
    assert known.certainty == own[1]
    assert copy == known._replace(certainty=elsewhere, versions="separate")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("chrome-aws-lambda", id="unsure already"),
        pytest.param("php-83", id="a generic name"),
        pytest.param("git", id="a generic name of one word"),
        pytest.param("console", id="a generic name, neutral"),
    ],
)
def test_in_another_account_nothing_is_said_of(name):
    assert classify(STRANGER, name) is None
    assert classify(None, name) is None


def test_a_token_outweighs_an_unsure_row_of_another_account_and_keeps_its_counterpart():
    entry = classify(STRANGER, "Dynatrace_OneAgent_1_331_39_20260206-150338_with_collector_java_arm")

    assert entry is not None
    assert (entry.architectures, entry.evidence, entry.certainty) == (ARM, "name", None)
    assert entry.counterpart("x86_64") == "Dynatrace_OneAgent_1_331_39_20260206-150338_with_collector_java_x86"


@pytest.mark.parametrize(
    ("account", "name"),
    [
        pytest.param(DATADOG, "Datadog-Extension2", id="more than the name"),
        pytest.param(DATADOG, "My-Datadog-Extension", id="the name at the end"),
        pytest.param(DATADOG, "datadog-extension", id="another case"),
        pytest.param(DATADOG, "Datadog-Python35", id="a runtime without a layer"),
        pytest.param(DATADOG, "LambdaAdapterLayer", id="an account alone says nothing"),
        pytest.param("725887861453", "Dynatrace_OneAgent_1_200_1_nodejs", id="Dynatrace unmarked"),
        pytest.param("017000801446", "AWSLambdaPowertoolsPython", id="Powertools v1"),
        pytest.param("114300393969", "lumigo-tracer-extension", id="Lumigo's extension"),
        pytest.param("744348701589", "bash", id="a layer nobody has looked at"),
        pytest.param(STRANGER, "my-layer", id="a layer of one's own"),
        pytest.param(None, "", id="nothing"),
    ],
)
def test_nothing_is_known_of(account, name):
    assert classify(account, name) is None


@pytest.mark.parametrize(
    "name",
    [
        *(
            "alarm-utils",
            "farmland",
            "pharmacy",
            "charm",
            "harmony-sdk",
            "swarm-tools",
            "armor",
            "karma-layer",
            "firearm",
        ),
        *("warm-start", "AlarmLayer", "arms-length"),
    ],
)
def test_a_word_with_arm_in_it_is_no_token(name):
    assert classify(STRANGER, name) is None


@pytest.mark.parametrize(
    "name",
    [
        *(
            "my-lib-arm64",
            "MyLibArm64",
            "libARM64",
            "arm-php-83",
            "splunk-tracer-arm",
            "Nginx124Arm",
            "Datadog-Fork-ARM-FIPS",
        ),
        "strands-agents-py3_12-aarch64",
    ],
)
def test_a_token_of_arm64(name):
    entry = classify(STRANGER, name)

    assert entry is not None
    assert (entry.architectures, entry.evidence, entry.certainty) == (ARM, "name", None)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "my-lib-x86_64",
            "my-lib-x86-64",
            "our-otel-collector-amd64-ver-0-117-0",
            "AdapterLayerX86",
            "DenoRuntimeX64",
        ),
        "OneAgent_1_329_0_python_x86",
    ],
)
def test_a_token_of_x86_64(name):
    entry = classify(STRANGER, name)

    assert entry is not None
    assert (entry.architectures, entry.evidence, entry.certainty) == (X86, "name", None)


def test_tokens_of_both_are_for_both():
    entry = classify(STRANGER, "lib-x86_64-arm64")

    assert entry is not None
    assert entry.neutral


HOUSE = (
    HouseLayer("111122223333", "house-agent", ("x86_64",), {"arm64": "house-agent-arm"}),
    HouseLayer(None, "Datadog-Extension", ("arm64",), {}),
)


@pytest.mark.parametrize(
    ("account", "name", "known"),
    [
        ("111122223333", "house-agent", (("x86_64",), "catalogue", "certain", "house-agent-arm")),
        (None, "house-agent", (("x86_64",), "catalogue", "likely", "house-agent-arm")),
        ("444455556666", "house-agent", None),
        ("111122223333", "house-agent-2", None),
        (DATADOG, "Datadog-Extension", (("arm64",), "catalogue", "certain", None)),
        (None, "Datadog-Extension", (("arm64",), "catalogue", "certain", None)),
        (DATADOG, "Datadog-Extension-ARM", (("arm64",), "catalogue", "certain", None)),
    ],
)
def test_what_an_organisation_says_goes_before_the_catalogue(account, name, known):
    entry = classify(account, name, HOUSE)
    told = entry and (entry.architectures, entry.evidence, entry.certainty, entry.counterpart("arm64"))
    assert told == known
