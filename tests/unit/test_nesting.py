"""Nested stacks, by the command that users run."""

from saya.nesting import related

NOTE = "lambda-unqualified-invocation"
RACE = "lambda-non-atomic-update"

PARENT = """\
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties: {{Architectures: [{}]{}}}
  Version: {{Type: AWS::Lambda::Version, Properties: {{FunctionName: !Ref Fn}}}}
  Live:
    Type: AWS::Lambda::Alias
    Properties: {{FunctionName: !Ref Fn, FunctionVersion: !GetAtt Version.Version, Name: live}}
  Queues:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ./stacks/queues.yaml
      Parameters: {{Consumer: {}}}
"""
CHILD = """\
Parameters: {Consumer: {Type: String}}
Resources:
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {FunctionName: !Ref Consumer, EventSourceArn: "arn:aws:sqs:eu-west-1:111122223333:jobs"}
"""
LAYERS = ', Layers: ["arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension{}:29"]'


def found(report, policy=NOTE):
    return [
        (each["template"], each["resource"], each["severity"])
        for each in report["findings"]
        if each["policy"] == policy
    ]


def parent(given, architecture="x86_64", layers=""):
    return PARENT.format(architecture, layers, given)


def test_a_bare_function_is_unqualified_whichever_file_it_is_in(work_tree, check):
    work_tree.write("app.yaml", parent("!GetAtt Fn.Arn"))
    work_tree.write("stacks/queues.yaml", CHILD)
    _, report = check(".")
    assert found(report) == [("stacks/queues.yaml", "Mapping", "warning")]
    assert report["undecided"] == []


def test_an_alias_is_qualified_whichever_file_it_is_in(work_tree, check):
    work_tree.write("app.yaml", parent("!Ref Live"))
    work_tree.write("stacks/queues.yaml", CHILD)
    _, report = check(".")
    assert (found(report), report["undecided"]) == ([], [])


def test_alone_a_nested_template_does_not_say(work_tree, check):
    work_tree.write("app.yaml", parent("!GetAtt Fn.Arn"))
    work_tree.write("stacks/queues.yaml", CHILD)
    _, report = check("stacks/queues.yaml")
    assert found(report) == []
    assert [each["resource"] for each in report["undecided"] if each["policy"] == NOTE] == ["Mapping"]


def test_an_output_is_wired_in_the_parent(work_tree, check):
    work_tree.write(
        "app.yaml",
        "Resources:\n  Work: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: work.yaml}}\n"
        "  Mapping:\n    Type: AWS::Lambda::EventSourceMapping\n"
        "    Properties: {FunctionName: !GetAtt Work.Outputs.Fn}\n",
    )
    child = "Resources: {{Fn: {{Type: AWS::Lambda::Function}}}}\nOutputs: {{Fn: {{Value: !{}}}}}\n"
    work_tree.write("work.yaml", child.format("GetAtt Fn.Arn"))
    _, report = check(".")
    assert found(report) == [("app.yaml", "Mapping", "note")]
    work_tree.write("work.yaml", child.format("Sub '${Fn.Arn}:live'"))
    _, report = check(".")
    assert (found(report), report["undecided"]) == ([], [])


def test_a_caller_in_a_nested_stack_is_in_the_race(work_tree, check):
    work_tree.write("app.yaml", parent("!GetAtt Fn.Arn", layers=LAYERS.format("")))
    work_tree.write("stacks/queues.yaml", CHILD)
    work_tree.commit()
    work_tree.write("app.yaml", parent("!GetAtt Fn.Arn", "arm64", LAYERS.format("-ARM")))
    _, report = check("--base", "HEAD")
    assert found(report, RACE) == [("app.yaml", "Fn", "error")]
    work_tree.write("app.yaml", parent("!Ref Live", layers=LAYERS.format("")))
    work_tree.commit()
    work_tree.write("app.yaml", parent("!Ref Live", "arm64", LAYERS.format("-ARM")))
    _, report = check("--base", "HEAD")
    assert found(report, RACE) == []


def test_what_the_parent_changes_is_new_in_the_child(work_tree, check):
    work_tree.write("app.yaml", parent("!Ref Live"))
    work_tree.write("stacks/queues.yaml", CHILD)
    work_tree.commit()
    work_tree.write("app.yaml", parent("!GetAtt Fn.Arn"))
    _, report = check("--base", "HEAD")
    assert [(each["template"], each["status"]) for each in report["findings"] if each["policy"] == NOTE] == [
        ("stacks/queues.yaml", "new")
    ]
    work_tree.commit()
    _, report = check("--base", "HEAD")
    assert [(each["template"], each["status"]) for each in report["findings"] if each["policy"] == NOTE] == [
        ("stacks/queues.yaml", "existing")
    ]


def test_a_template_that_nests_itself_is_judged_once(work_tree, check):
    own = "Resources:\n  Own: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: app.yaml}}\n"
    work_tree.write("app.yaml", own)
    work_tree.write("a.yaml", own.replace("app", "b"))
    work_tree.write("b.yaml", own.replace("app", "a"))
    code, report = check(".")
    assert (code, sorted(each["path"] for each in report["templates"])) == (0, ["a.yaml", "app.yaml", "b.yaml"])


EXPORTER = """\
Resources:
  Fn: {{Type: AWS::Lambda::Function}}
Outputs:
  Fn:
    Value: !{}
    Export: {{Name: orders-function}}
"""
IMPORTER = """\
Resources:
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {FunctionName: !ImportValue orders-function}
"""


def test_what_one_template_exports_another_imports(work_tree, check):
    work_tree.write("orders.yaml", EXPORTER.format("GetAtt Fn.Arn"))
    work_tree.write("queues.yaml", IMPORTER)
    _, report = check(".")
    assert (found(report), report["undecided"]) == ([("queues.yaml", "Mapping", "note")], [])
    work_tree.commit()
    work_tree.write("orders.yaml", EXPORTER.format("Sub '${Fn.Arn}:live'"))
    _, report = check(".")
    assert (found(report), report["undecided"]) == ([], [])
    _, report = check("--base", "HEAD")
    assert [(each["policy"], each["template"]) for each in report["resolved"]] == [(NOTE, "queues.yaml")]


LOOPS = """\
Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Functions: [Name, [One, Two], {'${Name}Fn': {Type: AWS::Lambda::Function}}]
Outputs:
  Fn::ForEach::Outputs:
    - Name
    - [One, Two]
    - 'Out${Name}': {Value: !GetAtt '${Name}Fn.Arn', Export: {Name: !Sub 'function-${Name}'}}
"""


def test_what_loops_output_and_export_is_found(work_tree, check):
    work_tree.write("functions.yaml", LOOPS)
    work_tree.write("queues.yaml", IMPORTER.replace("orders-function", "function-Two"))
    assert found(check(".")[1]) == [("queues.yaml", "Mapping", "note")]
    nested = "  Functions: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: functions.yaml}}\n"
    asked = IMPORTER.replace("!ImportValue orders-function", "!GetAtt Functions.Outputs.OutTwo")
    work_tree.write("queues.yaml", asked + nested)
    _, report = check(".")
    assert found(report) == [("queues.yaml", "Mapping", "note")]
    assert report["findings"][0]["values"]["target.id"] == "TwoFn"


def test_of_two_exports_of_one_name_nobody_knows_which(work_tree, check):
    work_tree.write("a.yaml", EXPORTER.format("GetAtt Fn.Arn"))
    work_tree.write("b.yaml", EXPORTER.format("Sub '${Fn.Arn}:live'"))
    work_tree.write("queues.yaml", IMPORTER)
    assert found(check(".")[1]) == []


def test_exports_in_a_circle_end(work_tree, check):
    output = "Outputs: {{O: {{Value: !ImportValue {}, Export: {{Name: {}}}}}}}\n"
    work_tree.write("a.yaml", "Resources: {}\n" + output.format("b", "a"))
    work_tree.write("b.yaml", "Resources: {}\n" + output.format("a", "b"))
    work_tree.write("queues.yaml", IMPORTER.replace("orders-function", "a"))
    code, report = check(".")
    assert (code, found(report)) == (0, [])


GIVER = """\
Resources:
  Child:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml, Parameters: {Given: '{{resolve:secretsmanager:db}}'}}
"""
TAKER = """\
Parameters: {Given: {Type: String, NoEcho: true}}
Resources:
  Db: {Type: Custom::Db, Properties: {Password: !Ref Given, Other: '{{resolve:secretsmanager:own}}'}}
"""


def test_a_reference_that_a_parent_passes_on_is_resolved(work_tree, check):
    work_tree.write("parent.yaml", GIVER)
    work_tree.write("child.yaml", TAKER)
    _, report = check(".")
    assert [(each["policy"], each["property"]) for each in report["findings"]] == [
        ("custom-resource-secret-reference", "Other")
    ]


def test_related_templates_fit_into_memory():
    """Thousands of large ones would not; nothing is parsed to know that."""
    large = b"AWS::CloudFormation::Stack" + b"x" * (8 * 1024 * 1024)
    assert list(related((number, large) for number in range(100))) == list(range(7))
