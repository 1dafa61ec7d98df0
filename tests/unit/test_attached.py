"""Files beside a template, by the command that users run."""

NOTE = "lambda-unqualified-invocation"

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Charge:
    Type: AWS::Serverless::Function
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: machines/orders.asl.yaml
      DefinitionSubstitutions: {Charge: !GetAtt Charge.Arn}
"""
SAFE = "StartAt: Wait\nStates:\n  Wait: {Type: Wait, Seconds: 1, End: true}\n"
UNSAFE = """\
StartAt: Charge
States:
  Charge:
    Type: Task
    Resource: "${Charge}"
    End: true
"""


def notes(report):
    return [
        (each["location"]["path"], each["location"]["start_line"], each["status"], each["template"])
        for each in report["findings"]
        if each["policy"] == NOTE
    ]


def test_a_finding_in_a_definition_is_told_at_its_line(work_tree, check):
    work_tree.write("service/template.yaml", TEMPLATE)
    work_tree.write("service/machines/orders.asl.yaml", UNSAFE)
    code, report = check(".")
    assert (code, notes(report)) == (
        0,
        [("service/machines/orders.asl.yaml", 5, "new", "service/template.yaml")],
    )
    assert [each["path"] for each in report["templates"]] == ["service/template.yaml"]


def test_a_comment_in_a_definition_silences(work_tree, check):
    work_tree.write("template.yaml", TEMPLATE)
    work_tree.write(
        "machines/orders.asl.yaml", UNSAFE.replace('ge}"\n', f'ge}}"  # saya: ignore[{NOTE}] not live yet\n')
    )
    _, report = check(".")
    assert notes(report) == []
    assert [each["location"]["path"] for each in report["suppressed"]] == ["machines/orders.asl.yaml"]


def test_a_comment_on_the_state_machine_silences_its_definition(work_tree, check):
    work_tree.write("template.yaml", TEMPLATE.replace("Machine:\n", f"Machine:  # saya: ignore[{NOTE}] not live yet\n"))
    work_tree.write("machines/orders.asl.yaml", UNSAFE)
    _, report = check(".")
    assert (notes(report), len(report["suppressed"])) == ([], 1)


def test_a_definition_that_changes_makes_its_template_judged(work_tree, check):
    work_tree.write("template.yaml", TEMPLATE)
    work_tree.write("machines/orders.asl.yaml", SAFE)
    work_tree.commit()
    work_tree.write("machines/orders.asl.yaml", UNSAFE)
    _, report = check("--base", "HEAD")
    assert notes(report) == [("machines/orders.asl.yaml", 5, "new", "template.yaml")]
    work_tree.commit()
    _, report = check("--base", "HEAD")
    assert notes(report) == [("machines/orders.asl.yaml", 5, "existing", "template.yaml")]
    work_tree.write("machines/orders.asl.yaml", SAFE)
    _, report = check("--base", "HEAD")
    assert [each["policy"] for each in report["resolved"]] == [NOTE]


def test_an_open_api_document_beside_the_template_is_read(work_tree, check):
    work_tree.write(
        "template.yaml",
        "Transform: AWS::Serverless-2016-10-31\nResources:\n"
        "  Fn: {Type: AWS::Serverless::Function, Properties: {FunctionName: orders}}\n"
        "  Api: {Type: AWS::Serverless::Api, Properties: {DefinitionUri: api.yaml, StageName: live}}\n",
    )
    uri = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/"
    uri += "arn:aws:lambda:eu-west-1:111122223333:function:orders/invocations"
    integration = f"x-amazon-apigateway-integration: {{type: aws_proxy, uri: '{uri}'}}"
    work_tree.write("api.yaml", f"openapi: 3.0.1\npaths:\n  /orders:\n    get:\n      {integration}\n")
    _, report = check(".")
    assert notes(report) == [("api.yaml", 5, "new", "template.yaml")]
