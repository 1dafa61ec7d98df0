import pytest

from saya.errors import ConfigError
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
    template.with_name("samconfig.toml").write_text(config)
    return read_deployments(Folder(template.parent), name, f"service/{name}")


def test_no_file_gives_none(template):
    assert read_deployments(Folder(template.parent), "template.yaml", "template.yaml") == ()


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
        "[default.deploy.parameters]\nregion = 1\nstack_name = ''\nparameter_overrides = 3\n",
    ],
)
def test_wrong_types_give_nothing_known(template, config):
    assert {(each.stack, each.region, each.parameters) for each in deployments(template, config)} <= {(None, None, ())}


def test_what_is_no_toml(template):
    with pytest.raises(ConfigError) as caught:
        deployments(template, "[default\n")
    assert str(caught.value).startswith("service/samconfig.toml:1:9: is not TOML: ")


def test_windows_line_ends_and_a_mark(template):
    template.with_name("samconfig.toml").write_bytes(b"\xef\xbb\xbf" + GUIDED.replace("\n", "\r\n").encode())
    assert len(read_deployments(Folder(template.parent), "template.yaml", "template.yaml")) == 2


def test_a_link_is_not_followed(template, tmp_path):
    (tmp_path / "elsewhere.toml").write_text(GUIDED)
    template.with_name("samconfig.toml").symlink_to(tmp_path / "elsewhere.toml")
    assert read_deployments(Folder(template.parent), "template.yaml", "template.yaml") == ()


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
    assert read_deployments(Folder(template.parent), "template.yaml", "template.yaml") == (
        Deployment("orders", "eu-central-1", (("Stage", "dev"), ("Size", "1")), f"{name} [default]"),
        Deployment("orders-prod", "us-east-1", (("Stage", "prod"), ("Size", "2"), ("Fast", "true")), f"{name} [prod]"),
    )


def test_toml_goes_before_yaml(template):
    template.with_name("samconfig.yml").write_text(YAML.replace("orders", "last"))
    template.with_name("samconfig.yaml").write_text(YAML)
    folder = Folder(template.parent)
    assert [each.stack for each in read_deployments(folder, "template.yaml", "template.yaml")] == [
        "orders",
        "orders-prod",
    ]
    assert deployments(template, "[x.deploy.parameters]\nregion = 'eu-west-1'\n")[0].region == "eu-west-1"


@pytest.mark.parametrize(
    "content", ["", "[]", "1", "default: 1", "default: {deploy: []}", "default: {deploy: {parameters: x}}"]
)
def test_yaml_of_another_shape_says_nothing(template, content):
    template.with_name("samconfig.yaml").write_text(content)
    assert read_deployments(Folder(template.parent), "template.yaml", "template.yaml") == ()


def test_what_is_no_yaml(template):
    template.with_name("samconfig.yaml").write_text("default: [\n")
    with pytest.raises(ConfigError) as caught:
        read_deployments(Folder(template.parent), "template.yaml", "service/template.yaml")
    assert str(caught.value).startswith("service/samconfig.yaml:2:1: not valid YAML: ")
