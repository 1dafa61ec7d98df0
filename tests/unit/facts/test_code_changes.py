"""Whether the code changes: by properties, by what a tool says of the package, by files."""

from __future__ import annotations

import pytest

from saya.facts.types import FunctionChange
from saya.model.value import Unknown

from .changed import changes
from .views import SAM

QUEUE = "  Mapping: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !GetAtt Fn.Arn}}\n"
FIRST, SECOND = "1795306099288-2026-11-22T00:08:19.288Z", "1795306104038-2026-11-22T00:08:24.038Z"


def template(code, mode, *, metadata="", type_="AWS::Lambda::Function", more="", top="") -> str:
    """A function with its code and an environment, and who calls it."""
    known = f"    Metadata: {{{metadata}}}\n" if metadata else ""
    own = f", {code}" if code else ""
    properties = f"{{Environment: {{Variables: {{MODE: {mode}}}}}{own}}}"
    return f"{top}Resources:\n  Fn:\n    Type: {type_}\n{known}    Properties: {properties}\n{QUEUE}{more}"


def change(base, head, *, files=None, folder="", **more) -> FunctionChange | None:
    """The change of a function whose environment changes with the code; None where the code does not."""
    pair = template(base, "a", **more), template(head, "b", **more)
    found = changes(*pair, files=files, folder=folder)
    assert len(found) <= 1
    return found[0] if found else None


# A time stamp in the key.


def packaged(time) -> str:
    return f"Code: {{S3Bucket: b, S3Key: serverless/app/dev/{time}/app.zip}}"


def version(digest, name="FnLambdaVersion" + "a" * 40) -> str:
    properties = f"{{FunctionName: !Ref Fn, CodeSha256: {digest}}}"
    return f"  {name}: {{Type: AWS::Lambda::Version, Properties: {properties}}}\n"


def stamped(base_version, head_version) -> FunctionChange | None:
    base = template(packaged(FIRST), "a", more=base_version)
    found = changes(base, template(packaged(SECOND), "b", more=head_version))
    return found[0] if found else None


def test_a_time_stamp_in_the_key_says_nothing_and_the_version_decides():
    assert stamped(version("one"), version("one", "FnLambdaVersion" + "b" * 40)) is None
    changed = stamped(version("one"), version("other"))
    assert changed is not None
    assert (changed.mix, changed.changes) == ("Code and Environment", True)


@pytest.mark.parametrize("versions", [("", ""), (version("one"), ""), ("", version("one"))])
def test_without_a_version_on_both_sides_the_code_is_unknown(versions):
    changed = stamped(*versions)
    assert changed is not None
    assert changed.changes == Unknown("the S3Key differs in its time stamp only; a Version's CodeSha256 would tell")


def test_the_version_of_another_function_decides_nothing():
    other = version("one").replace("!Ref Fn", "!Ref Other")
    changed = stamped(other, other)
    assert changed is not None
    assert isinstance(changed.changes, Unknown)


@pytest.mark.parametrize(
    ("base", "head"),
    [
        ("Code: {S3Bucket: b, S3Key: app-1.zip}", "Code: {S3Bucket: b, S3Key: app-2.zip}"),
        (packaged(FIRST), packaged(SECOND).replace("app.zip", "other.zip")),
        (packaged(FIRST), "Code: {S3Bucket: other, S3Key: x}"),
        ("Code: {ZipFile: one}", "Code: {ZipFile: other}"),
        ("Code: {ZipFile: !Sub 'a = 1'}", "Code: {ZipFile: !Sub 'a = 2'}"),
        (
            "Code: {ImageUri: !Sub '${AWS::AccountId}.dkr/app:1'}",
            "Code: {ImageUri: !Sub '${AWS::AccountId}.dkr/app:2'}",
        ),
        (
            "Code: {S3Bucket: b, S3Key: k, S3ObjectVersion: one}",
            "Code: {S3Bucket: b, S3Key: k, S3ObjectVersion: other}",
        ),
    ],
)
def test_another_place_of_the_code_is_other_code(base, head):
    changed = change(base, head)
    assert changed is not None
    assert (changed.mix, changed.changes) == ("Code and Environment", True)
    assert change(base, base) is None


# What `package` says of an upload.

DIGEST, ANOTHER = "3c2bc2da7576810682419519fdc578bb", "0d13904d1fbd69ecd879992058f1aa41"


@pytest.mark.parametrize(
    "code",
    [
        "CodeUri: s3://releases/collector/{}/{}",
        "CodeUri: {{Bucket: releases, Key: {}/{}.zip}}",
        "Code: {{S3Bucket: !Sub 'releases-${{AWS::Region}}', S3Key: !Sub '${{AWS::Region}}/{}/{}'}}",
    ],
)
def test_an_upload_with_the_same_digest_in_its_name_is_the_same_code(code):
    type_ = "AWS::Lambda::Function" if code.startswith("Code:") else "AWS::Serverless::Function"
    top = SAM if "Serverless" in type_ else ""
    old, moved, new = (code.format(*each) for each in (("v1", DIGEST), ("v2", DIGEST), ("v2", ANOTHER)))
    assert change(old, moved, type_=type_, top=top) is None
    changed = change(old, new, type_=type_, top=top)
    assert changed is not None
    assert (changed.mix, changed.changes) == ("Code and Environment", True)


def test_a_key_with_no_digest_in_its_name_is_other_code():
    keys = "Code: {S3Bucket: b, S3Key: v1/abc.zip}", "Code: {S3Bucket: b, S3Key: v2/abc.zip}"
    assert change(*keys) is not None


# What the AWS CDK says of an asset.

ONE, OTHER = "asset." + "a" * 64, "asset." + "b" * 64
LEGACY = "Code: {S3Bucket: !Ref Bucket%s, S3Key: !Ref Key%s}"
PARAMETERS = (
    "Parameters: {" + ", ".join(f"{name}{n}: {{Type: String}}" for name in ("Bucket", "Key") for n in "12") + "}\n"
)


def asset(base, head, code=("", "")) -> FunctionChange | None:
    pair = (
        template(code[side], mode, metadata=f"'aws:asset:path': {path}", top=PARAMETERS)
        for side, (mode, path) in enumerate((("a", base), ("b", head)))
    )
    found = changes(*pair)
    return found[0] if found else None


def test_the_hash_of_an_asset_decides():
    changed = asset(ONE, OTHER)
    assert changed is not None
    assert (changed.mix, changed.severity, changed.changes) == ("Code and Environment", "note", True)
    assert asset(ONE, ONE) is None


def test_the_hash_of_an_asset_settles_what_parameters_leave_open():
    code = LEGACY % (1, 1), LEGACY % (2, 2)
    changed = asset(ONE, OTHER, code)
    assert changed is not None
    assert changed.changes is True
    assert asset(ONE, ONE, code) is None
    unsettled = change(*code, top=PARAMETERS)
    assert unsettled is not None
    assert isinstance(unsettled.changes, Unknown)


def test_an_asset_that_is_a_folder_says_nothing_of_its_content():
    changed = asset("/somewhere/src", "/somewhere/src", ("Code: {S3Key: a}", "Code: {S3Key: b}"))
    assert changed is not None
    assert asset("/somewhere/one", "/somewhere/other") is None


# Files.


def files(code, paths, *, folder="", **more) -> FunctionChange | None:
    return change(
        code, code, files=set(paths), folder=folder, type_="AWS::Serverless::Function", **{"top": SAM, **more}
    )


@pytest.mark.parametrize(
    ("code", "folder", "path"),
    [
        ("CodeUri: src/", "", "src/app.py"),
        ("CodeUri: ./src", "", "src/lib/deep/app.py"),
        ("CodeUri: src", "services/orders", "services/orders/src/app.py"),
        ("CodeUri: ../shared", "services/orders", "services/shared/app.py"),
        ("CodeUri: .", "services/orders", "services/orders/app.py"),
        ("CodeUri: .", "", "app.py"),
        ("CodeUri: ./", "", "deep/app.py"),
        ("CodeUri: build/app.zip", "", "build/app.zip"),
    ],
)
def test_files_below_the_code(code, folder, path):
    changed = files(code, [path], folder=folder)
    assert changed is not None
    assert (changed.mix, changed.severity, changed.code_side) == ("Code and Environment", "note", ("Code",))
    assert changed.property == "CodeUri"


@pytest.mark.parametrize(
    ("code", "folder", "path"),
    [
        ("CodeUri: src/", "", "docs/readme.md"),
        ("CodeUri: src/", "", "src2/app.py"),
        ("CodeUri: src", "services/orders", "src/app.py"),
        ("CodeUri: s3://bucket/src", "", "s3:/bucket/src"),
        ("CodeUri: .", "", "template.yaml"),
        ("CodeUri: .", "services/orders", "services/orders/template.yaml"),
        ("CodeUri: .", "services/orders", "services/orders/samconfig.toml"),
        ("CodeUri: {Bucket: b, Key: src}", "", "src/app.py"),
        ("", "", "app.py"),
    ],
)
def test_files_that_are_no_code_of_the_function(code, folder, path):
    assert files(code, [path], folder=folder) is None


def test_where_nobody_says_what_changed_nothing_did():
    assert change("CodeUri: src/", "CodeUri: src/", type_="AWS::Serverless::Function", top=SAM) is None


def test_code_that_globals_name():
    changed = files("", ["src/app.py"], top=f"{SAM}Globals: {{Function: {{CodeUri: src}}}}\n")
    assert changed is not None
    assert changed.at.start_line == 2


def test_the_context_of_a_dockerfile():
    changed = files("PackageType: Image", ["image/app.py"], metadata="DockerContext: ./image, Dockerfile: Dockerfile")
    assert changed is not None
    assert files("PackageType: Image", ["app.py"], metadata="DockerContext: ./image, Dockerfile: Dockerfile") is None


def test_a_plain_function_that_package_packages():
    changed = change("Code: ./src", "Code: ./src", files={"src/app.py"})
    assert changed is not None
    assert changed.mix == "Code and Environment"


@pytest.mark.parametrize(
    ("configuration", "severity"),
    [
        (("Layers: [A]", "Layers: [B]"), "note"),
        (("Runtime: python3.12", "Runtime: python3.13"), "note"),
        (("Handler: a.b", "Handler: a.c"), "note"),
        (("ImageConfig: {Command: [a]}", "ImageConfig: {Command: [b]}"), "note"),
    ],
)
def test_code_that_files_alone_tell_is_a_note_with_whatever_changes(configuration, severity):
    base, head = (
        template(f"CodeUri: src, {each}", "a", type_="AWS::Serverless::Function", top=SAM) for each in configuration
    )
    (changed,) = changes(base, head, files={"src/app.py"})
    assert changed.severity == severity


def test_files_add_nothing_to_code_that_the_template_changes():
    changed = change("CodeUri: one", "CodeUri: two", files={"two/app.py"}, type_="AWS::Serverless::Function", top=SAM)
    assert changed is not None
    assert changed.mixes == ("Code and Environment",)
