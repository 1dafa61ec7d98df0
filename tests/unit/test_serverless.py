"""Services of the Serverless Framework, by the command that users run."""

LAYER = "lambda-layer-architecture"
RACE = "lambda-non-atomic-update"

SERVICE = """\
service: parcels
provider:
  name: aws
  runtime: python3.12
  region: eu-west-1
  architecture: {}
functions:
  track:
    handler: parcels.track
    layers:
      - arn:aws:lambda:eu-west-1:464622532012:layer:Datadog-Extension{}:29
    events:
      - httpApi: GET /parcels
"""


def found(report, policy):
    return [
        (each["location"]["start_line"], each["resource"], each["severity"], each["status"])
        for each in report["findings"]
        if each["policy"] == policy
    ]


def test_a_service_is_found_by_its_content(work_tree, check):
    work_tree.write("app/serverless.yml", SERVICE.format("arm64", ""))
    work_tree.write("other.yml", "service: x\nprovider: {name: openwhisk}\n")
    work_tree.write("compose.yml", "services: {web: {image: x}}\n")
    code, report = check(".")
    assert (code, found(report, LAYER)) == (1, [(11, "TrackLambdaFunction", "error", "new")])
    assert [(each["path"], each["kind"], each["contexts"]) for each in report["templates"]] == [
        ("app/serverless.yml", "serverless", [{"stack": "parcels-dev", "region": "eu-west-1"}])
    ]
    assert [each["fix"] for each in report["findings"]] == [None] * len(report["findings"])


def test_a_comment_silences(work_tree, check):
    text = SERVICE.format("arm64", "").replace(
        "    layers:", f"    # saya: ignore[{LAYER}] no traffic yet\n    layers:"
    )
    work_tree.write("serverless.yml", text)
    code, report = check(".")
    assert (code, found(report, LAYER), len(report["suppressed"])) == (0, [], 1)


def test_a_move_to_another_architecture_is_told(work_tree, check):
    work_tree.write("serverless.yml", SERVICE.format("x86_64", ""))
    work_tree.commit()
    work_tree.write("serverless.yml", SERVICE.format("arm64", "-ARM"))
    code, report = check("--base", "HEAD")
    assert (code, found(report, RACE)) == (1, [(6, "TrackLambdaFunction", "error", "new")])
    aliased = SERVICE.replace("    events", "    provisionedConcurrency: 1\n    events")
    work_tree.write("serverless.yml", aliased.format("x86_64", ""))
    work_tree.commit()
    work_tree.write("serverless.yml", aliased.format("arm64", "-ARM"))
    code, report = check("--base", "HEAD")
    assert (code, found(report, RACE)) == (0, [])


def test_a_file_that_a_variable_names_is_compared_too(work_tree, check):
    text = SERVICE.format("${file(settings.yml):architecture}", "")
    work_tree.write("serverless.yml", text)
    work_tree.write("settings.yml", "architecture: x86_64\n")
    work_tree.commit()
    work_tree.write("settings.yml", "architecture: arm64\n")
    code, report = check("--base", "HEAD")
    assert (code, found(report, LAYER)) == (1, [(11, "TrackLambdaFunction", "error", "new")])
