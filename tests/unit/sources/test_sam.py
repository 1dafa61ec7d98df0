import pytest

from saya.errors import ConfigError, UserError
from saya.sources.base import Deployment
from saya.sources.sam import read_deployments, read_overrides
from saya.sources.workspace import Folder

GUIDED = """\
version = 0.1

[default.global.parameters]
stack_name = "orders"
region = "eu-central-1"

[default.build.parameters]
cached = true

[default.deploy.parameters]
capabilities = "CAPABILITY_IAM"
parameter_overrides = "Stage=\\"dev\\" Size=\\"1\\""

[prod.deploy.parameters]
stack_name = "orders-prod"
region = "us-east-1"
parameter_overrides = ["Stage=prod", "Size=2"]

[ci.build.parameters]
parallel = true
"""


@pytest.fixture
def template(tmp_path):
    path = tmp_path / "template.yaml"
    path.write_text("Resources: {}")
    return path


def deployments(template, config: str, name: str = "template.yaml") -> tuple[Deployment, ...]:
    problems: list[UserError] = []
    template.with_name("samconfig.toml").write_text(config)
    found = read_deployments(Folder(template.parent), name, f"service/{name}", problems)
    assert problems == []
    return found


def problems_of(template, config: str, name: str) -> tuple[tuple[Deployment, ...], list[str]]:
    problems: list[UserError] = []
    template.with_name(name).write_text(config)
    found = read_deployments(Folder(template.parent), "template.yaml", "service/template.yaml", problems)
    return found, [str(each) for each in problems]


def test_no_file_gives_none(template):
    assert read_deployments(Folder(template.parent), "template.yaml", "template.yaml", []) == ()


def test_every_environment_is_a_deployment(template):
    assert deployments(template, GUIDED) == (
        Deployment("orders", "eu-central-1", (("Stage", "dev"), ("Size", "1")), "samconfig.toml [default]"),
        Deployment("orders-prod", "us-east-1", (("Stage", "prod"), ("Size", "2")), "samconfig.toml [prod]"),
    )


def test_deploy_goes_before_global(template):
    config = '[x.global.parameters]\nregion = "eu-west-1"\n[x.deploy.parameters]\nregion = "eu-west-2"\n'
    assert [each.region for each in deployments(template, config)] == ["eu-west-2"]


def test_is_for_the_default_template_only(template):
    other = template.with_name("other.yaml")
    other.write_text("Resources: {}")
    assert len(deployments(template, GUIDED)) == 2
    assert deployments(template, GUIDED, "other.yaml") == ()


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ('[a.deploy.parameters]\nregion = "eu-west-1"\ntemplate_file = "other.yaml"\n', {"other.yaml"}),
        ('[a.deploy.parameters]\nregion = "eu-west-1"\ntemplate = "./other.yaml"\n', {"other.yaml"}),
        ('[a.global.parameters]\nregion = "eu-west-1"\ntemplate_file = "other.yaml"\n', {"other.yaml"}),
        (
            '[a.build.parameters]\ntemplate_file = "other.yaml"\n'
            '[a.deploy.parameters]\nregion = "eu-west-1"\ntemplate_file = ".aws-sam/build/template.yaml"\n',
            {"other.yaml"},
        ),
        ('[a.deploy.parameters]\nregion = "eu-west-1"\ntemplate_file = "packaged.yaml"\n', {"template.yaml"}),
    ],
    ids=["template_file", "template", "global", "built from another", "what is packaged does not exist"],
)
def test_the_template_that_is_named(template, config, expected):
    template.with_name("other.yaml").write_text("Resources: {}")
    assert {name for name in ("template.yaml", "other.yaml") if deployments(template, config, name)} == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('A=1 B="2 3" C=x,y', [("A", "1"), ("B", "2 3"), ("C", "x,y")]),
        ('ParameterKey=A,ParameterValue=1 ParameterKey=B,ParameterValue="2 3"', [("A", "1"), ("B", "2 3")]),
        (["A=1", 'B="2 3"', "ParameterKey=C,ParameterValue=4"], [("A", "1"), ("B", "2 3"), ("C", "4")]),
        ({"A": 1, "B": True, "C": ["x", "y"]}, [("A", "1"), ("B", "true"), ("C", "x,y")]),
        ('"A=1" "B=2 3"', [("A", "1"), ("B", "2 3")]),
        ("'A=1 B=2'", [("A", "1"), ("B", "2")]),
        ('A="" B=', [("A", ""), ("B", "")]),
        ("Url='https://x/?a=b&c=d'", [("Url", "https://x/?a=b&c=d")]),
        (r'A="a \"b\" c" D=1', [("A", 'a "b" c'), ("D", "1")]),
        ("nonsense", []),
        (None, []),
        (7, []),
    ],
)
def test_forms_of_overrides(value, expected):
    assert list(read_overrides(value)) == expected


@pytest.mark.parametrize(
    "config",
    [
        "version = 0.1\n",
        'default = "x"\n',
        "[default]\ndeploy = 1\n",
        "[default.deploy]\nparameters = []\n",
        "[default.deploy.parameters]\nregion = ''\nstack_name = ''\nparameter_overrides = ''\n",
    ],
)
def test_wrong_types_give_nothing_known(template, config):
    assert {(each.stack, each.region, each.parameters) for each in deployments(template, config)} <= {(None, None, ())}


OVERRIDES = 'text such as "Stage=prod Size=2", a list of such, or a table'


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("[a.deploy.parameters]\nregion = 3\n", "2:10: `region` of [a] is a number; valid is a name like eu-central-1"),
        (
            "[a.global.parameters]\n  region='mars' # far\n[a.deploy.parameters]\nstack_name = 'x'\n",
            "2:10: `region` of [a] does not hold: `mars` is no AWS Region; valid is a name like eu-central-1",
        ),
        (
            "[b.deploy.parameters]\nparameter_overrides = 'A=1'\n[a.deploy.parameters]\nparameter_overrides = 7\n",
            f"4:23: `parameter_overrides` of [a] is a number; valid is {OVERRIDES}",
        ),
        (
            "[a.deploy.parameters]\nparameter_overrides = ['A=1', 2]\n",
            f"2:23: `parameter_overrides` of [a] has an item that is a number; valid is {OVERRIDES}",
        ),
        ("[a.deploy]\nparameters.stack_name = true\n", "2:25: `stack_name` of [a] is `true`; valid is text"),
        ("[a.deploy]\nparameters = {stack_name = []}\n", "2:14: `stack_name` of [a] is a list; valid is text"),
        ("a.deploy.parameters.stack_name = 1979-05-27\n", "1:34: `stack_name` of [a] is a date or time; valid is text"),
        ("a = {deploy = {parameters = {stack_name = {}}}}\n", "1:5: `stack_name` of [a] is a table; valid is text"),
        (
            '[a.deploy.parameters]\nnote = """\nstack_name = 1\n"""\nstack_name = 1\n',
            "1:2: `stack_name` of [a] is a number; valid is text",
        ),
        (
            "[a.deploy.parameters]\nstack_name = 1\n[[others]]\nstack_name = 2\n",
            "2:14: `stack_name` of [a] is a number; valid is text",
        ),
    ],
)
def test_a_wrong_value_is_told_with_its_place_and_not_used(template, config, expected):
    found, problems = problems_of(template, config, "samconfig.toml")
    assert problems == [f"service/samconfig.toml:{expected}"]
    assert [(each.stack or "x", each.region, each.parameters) for each in found][-1] == ("x", None, ())


def test_what_is_right_beside_a_wrong_value_is_used(template):
    found, problems = problems_of(
        template, "[a.deploy.parameters]\nregion = 3\nstack_name = 'x'\nparameter_overrides = 'A=1'\n", "samconfig.toml"
    )
    assert len(problems) == 1
    assert found == (Deployment("x", None, (("A", "1"),), "samconfig.toml [a]"),)


def test_all_wrong_values_are_told_in_yaml_too(template):
    wrong = "a:\n  deploy:\n    parameters:\n      region: 3\n      stack_name: 1.5\n      parameter_overrides: {}\n"
    found, problems = problems_of(template, wrong.replace("{}", "7"), "samconfig.yaml")
    assert [each.partition("; ")[0] for each in problems] == [
        "service/samconfig.yaml:6:28: `parameter_overrides` of [a] is a number",
        "service/samconfig.yaml:4:15: `region` of [a] is a number",
        "service/samconfig.yaml:5:19: `stack_name` of [a] is a number",
    ]
    assert found == (Deployment(origin="samconfig.yaml [a]"),)


@pytest.mark.parametrize("region", ["${AWS_REGION}", "{{ region }}", "<your-region>", "%REGION%"])
def test_a_region_that_another_program_fills_in_is_not_known_and_no_mistake(template, region):
    found, problems = problems_of(template, f"[a.deploy.parameters]\nregion = '{region}'\n", "samconfig.toml")
    assert (found, problems) == ((Deployment(origin="samconfig.toml [a]"),), [])


def test_a_long_region_is_told_shortened(template):
    _, [problem] = problems_of(template, f"[a.deploy.parameters]\nregion = '{'x' * 9000}'\n", "samconfig.toml")
    assert f"`{'x' * 40}...` is no AWS Region" in problem


def test_what_is_of_another_template_is_not_told(template):
    template.with_name("other.yaml").write_text("Resources: {}")
    text = "[a.deploy.parameters]\nregion = 3\ntemplate_file = 'other.yaml'\n"
    assert problems_of(template, text, "samconfig.toml") == ((), [])


def test_what_is_no_toml(template):
    with pytest.raises(ConfigError) as caught:
        deployments(template, "[default\n")
    assert str(caught.value).startswith("service/samconfig.toml:1:9: is not TOML: ")


def test_windows_line_ends_and_a_mark(template):
    template.with_name("samconfig.toml").write_bytes(b"\xef\xbb\xbf" + GUIDED.replace("\n", "\r\n").encode())
    assert len(read_deployments(Folder(template.parent), "template.yaml", "template.yaml", [])) == 2


def test_a_link_is_not_followed(template, tmp_path):
    (tmp_path / "elsewhere.toml").write_text(GUIDED)
    template.with_name("samconfig.toml").symlink_to(tmp_path / "elsewhere.toml")
    assert read_deployments(Folder(template.parent), "template.yaml", "template.yaml", []) == ()


YAML = """\
version: 0.1
default:
  global: {parameters: {stack_name: orders, region: eu-central-1}}
  build: {parameters: {cached: true}}
  deploy:
    parameters:
      capabilities: CAPABILITY_IAM
      parameter_overrides: Stage="dev" Size=1
prod:
  deploy:
    parameters:
      stack_name: orders-prod
      region: us-east-1
      parameter_overrides: [Stage=prod, {Size: 2, Fast: true}]
ci: {build: {parameters: {parallel: true}}}
"""


@pytest.mark.parametrize("name", ["samconfig.yaml", "samconfig.yml"])
def test_yaml_says_what_toml_does(template, name):
    template.with_name(name).write_text(YAML)
    assert read_deployments(Folder(template.parent), "template.yaml", "template.yaml", []) == (
        Deployment("orders", "eu-central-1", (("Stage", "dev"), ("Size", "1")), f"{name} [default]"),
        Deployment("orders-prod", "us-east-1", (("Stage", "prod"), ("Size", "2"), ("Fast", "true")), f"{name} [prod]"),
    )


def test_toml_goes_before_yaml(template):
    template.with_name("samconfig.yml").write_text(YAML.replace("orders", "last"))
    template.with_name("samconfig.yaml").write_text(YAML)
    folder = Folder(template.parent)
    assert [each.stack for each in read_deployments(folder, "template.yaml", "template.yaml", [])] == [
        "orders",
        "orders-prod",
    ]
    assert deployments(template, "[x.deploy.parameters]\nregion = 'eu-west-1'\n")[0].region == "eu-west-1"


@pytest.mark.parametrize(
    "content", ["", "[]", "1", "default: 1", "default: {deploy: []}", "default: {deploy: {parameters: x}}"]
)
def test_yaml_of_another_shape_says_nothing(template, content):
    template.with_name("samconfig.yaml").write_text(content)
    assert read_deployments(Folder(template.parent), "template.yaml", "template.yaml", []) == ()


def test_what_is_no_yaml(template):
    template.with_name("samconfig.yaml").write_text("default: [\n")
    with pytest.raises(ConfigError) as caught:
        read_deployments(Folder(template.parent), "template.yaml", "service/template.yaml", [])
    assert str(caught.value).startswith("service/samconfig.yaml:2:1: not valid YAML: ")
