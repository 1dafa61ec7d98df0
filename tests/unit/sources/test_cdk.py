import json
import shutil
from pathlib import Path

import pytest

from saya.errors import UserError
from saya.sources.cdk import MANIFEST, is_assembly, output_of, read_assembly
from saya.sources.workspace import Folder

FIXTURES = Path(__file__).parents[2] / "fixtures" / "cdk"


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    shutil.copytree(FIXTURES / "typescript", tmp_path / "cdk.out")
    return tmp_path / "cdk.out"


def read(assembly: Path):
    return read_assembly(Folder(assembly.parent), assembly.name)


def rewrite(assembly: Path, change) -> None:
    path = assembly / MANIFEST
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))


def test_stacks_stages_and_nested_stacks_are_found(assembly):
    found = {each.name: each for each in read(assembly).stacks}
    assert found.keys() == {"Orders", "Orders/Accounting", "Production/Orders", "Production/Orders/Accounting"}
    production, nested = found["Production/Orders"], found["Production/Orders/Accounting"]
    assert production.deployment.stack == "Production-Orders"
    assert (production.deployment.region, production.deployment.account) == ("eu-central-1", "111122223333")
    assert nested.path == "cdk.out/assembly-Production/ProductionOrdersAccounting4FFCB6D2.nested.template.json"
    assert (nested.deployment.stack, nested.deployment.region) == (None, "eu-central-1")
    assert nested.parent is not None
    assert nested.parent[0] == "Production/Orders"


def test_an_environment_that_is_not_given_is_none(assembly):
    orders = next(each for each in read(assembly).stacks if each.name == "Orders")
    assert (orders.deployment.region, orders.deployment.account) == (None, None)


def test_constructs_have_the_frames_of_the_author(assembly):
    orders = next(each for each in read(assembly).stacks if each.name == "Orders")
    construct = orders.constructs["NightlyC44EE0A7"]
    assert construct.path == "/Orders/Nightly/Resource"
    assert construct.frames[0] == ("lib/orders-stack.ts", 28)
    assert orders.constructs["/Orders/Nightly/Resource"] is construct


def test_the_manifest_of_earlier_versions_has_the_traces_itself(assembly):
    def change(manifest):
        artifact = manifest["artifacts"]["Orders"]
        metadata = json.loads((assembly / artifact.pop("additionalMetadataFile")).read_text())
        artifact["metadata"] = {
            path: [
                {**entry, "trace": next(each["data"] for each in entries if each["type"] == "aws:cdk:creationStack")}
                for entry in entries
                if entry["type"] == "aws:cdk:logicalId"
            ]
            for path, entries in metadata.items()
        }

    before = read(assembly)
    rewrite(assembly, change)
    (assembly / "Orders.metadata.json").unlink()
    after = read(assembly)
    assert [each.constructs for each in after.stacks] == [each.constructs for each in before.stacks]


def test_what_was_not_looked_up_is_missing(assembly):
    asked = {"key": "k", "provider": "ssm", "props": {"parameterName": "/a/b"}}
    rewrite(assembly, lambda manifest: manifest.update(missing=[asked, {"provider": "vpc-provider"}, 7]))
    assert read(assembly).missing == ("ssm /a/b", "vpc-provider")


@pytest.mark.parametrize("path", ["../secret.json", "/etc/passwd", "", ".", "a/../../b", None, 7, "..\\b", "a\0b"])
@pytest.mark.parametrize("key", ["templateFile", "directoryName"])
def test_no_path_leads_out_of_the_folder(assembly, key, path):
    artifact = "Orders" if key == "templateFile" else "assembly-Production"
    rewrite(assembly, lambda manifest: manifest["artifacts"][artifact]["properties"].update({key: path}))
    found = read(assembly)
    assert [error.message for error in found.problems] == [f"the {key} of {artifact} is no path below this folder"]
    assert len(found.stacks) == 2, "the others are read"


def test_a_nested_stack_outside_of_the_folder_is_a_problem(assembly):
    template = assembly / "Orders.template.json"
    template.write_text(template.read_text().replace("OrdersAccountingD5B23A5E.nested", "../../x.nested"))
    assert "is no path below this folder" in read(assembly).problems[0].message


def test_a_link_is_no_template(assembly):
    (assembly / "assembly-Production" / MANIFEST).unlink()
    (assembly / "assembly-Production" / MANIFEST).symlink_to(assembly / MANIFEST)
    assert [error.path for error in read(assembly).problems] == ["cdk.out/assembly-Production/manifest.json"]


def test_an_assembly_in_itself_ends(assembly):
    rewrite(
        assembly,
        lambda manifest: manifest["artifacts"].update(
            {
                f"a{number}": {"type": "cdk:cloud-assembly", "properties": {"directoryName": f"d{number}"}}
                for number in range(200)
            }
        ),
    )
    for number in range(200):
        shutil.copytree(FIXTURES / "python", assembly / f"d{number}")
    found = read(assembly)
    assert len(found.stacks) <= 500
    assert "more assemblies" in found.problems[-1].message


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"version": 1, "artifacts": {}}', '{"version": "1", "artifacts": []}', "[" * 100_000, "\udcff"],
)
def test_a_manifest_that_is_none_is_one_line(assembly, text):
    (assembly / MANIFEST).write_text(text, errors="surrogateescape")
    with pytest.raises(UserError, match=r"cdk.out/manifest.json(:\d+:\d+)?: is no") as caught:
        read(assembly)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "value", [None, 7, "x", [], {"type": "aws:cloudformation:stack"}, {"type": "cdk:cloud-assembly"}]
)
def test_an_artifact_of_another_form_costs_the_others_nothing(assembly, value):
    rewrite(assembly, lambda manifest: manifest["artifacts"].update(Odd=value))
    assert len(read(assembly).stacks) == 4


def test_metadata_of_another_form_is_none(assembly):
    (assembly / "Orders.metadata.json").write_text('{"/Orders/A": 7, "/Orders/B": [7, {"type": "aws:cdk:logicalId"}]}')
    assert len(read(assembly).stacks) == 4


def test_where_the_program_writes_is_its_own_choice(tmp_path):
    files = Folder(tmp_path)
    assert output_of(files, "") is None
    (tmp_path / "cdk.json").write_text('{"app": "node app.js", "output": "out/assembly"}')
    assert output_of(files, "") == "out/assembly"
    (tmp_path / "cdk.json").write_text('{"app": "node app.js"}')
    assert output_of(files, "") == "cdk.out"
    (tmp_path / "cdk.json").write_text('{"app": "node app.js", "output": "../out"}')
    with pytest.raises(UserError, match="leads out"):
        output_of(files, "")


def test_an_assembly_has_a_manifest_and_a_mark(assembly):
    files = Folder(assembly.parent)
    assert is_assembly(files, "cdk.out")
    (assembly / "cdk.out").unlink()
    assert not is_assembly(files, "cdk.out")
