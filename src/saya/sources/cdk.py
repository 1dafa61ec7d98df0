"""What the AWS CDK made: a cloud assembly, read without trusting it and without running anything.

Its form is that of `@aws-cdk/cloud-assembly-schema`: a folder with `manifest.json`, whose artifacts are stacks and
further assemblies (stages). Where a resource was made stands in the manifest's `metadata` (`trace`, up to about 2.24x,
only with `--debug`) or in a file beside it (`additionalMetadataFile`, entries `aws:cdk:creationStack`, from 2.251).
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from saya.errors import UserError
from saya.record import NamedTuple, field, record, replace
from saya.sources.base import Deployment, Files
from saya.sources.frames import Frame, read_frames

OUTPUT = "cdk.out"
MANIFEST = "manifest.json"

MOST_STACKS = 500
MOST_ASSEMBLIES = 100
DEEPEST = 8

_ENVIRONMENT = re.compile(r"aws://(?P<account>[^/]*)/(?P<region>[^/]*)")
_ACCOUNT = re.compile(r"[0-9]{12}")
_REGION = re.compile(r"[a-z]{2,5}(?:-[a-z]+)+-[0-9]{1,2}")


class Construct(NamedTuple):
    """A construct that made a resource: its path, with a leading `/`, and the frames of the trace that made it."""

    path: str
    frames: tuple[Frame, ...]


@record(kw_only=True)
class SynthesisedStack:
    """A template of an assembly.

    Attributes:
        path: the template among the files.
        name: the stack's construct path: `Production/Orders`, a nested one's below its parent's.
        deployment: how it is deployed.
        parent: the construct path of the stack that holds a nested one, and the logical ID of the nested one in it.
        constructs: the constructs of its resources, by construct path and by logical ID.
    """

    path: str
    name: str
    deployment: Deployment
    parent: tuple[str, str] | None = None
    constructs: Mapping[str, Construct] = field(default_factory=dict)


@record(kw_only=True)
class Assembly:
    """A cloud assembly, with the assemblies in it.

    Attributes:
        stacks: its templates, each stack before those nested in it.
        missing: what was looked up in an AWS account and was not to be had, so that placeholders stand for it.
        problems: what could not be read.
        files: what of its own was read, by path: manifests and templates.
    """

    stacks: tuple[SynthesisedStack, ...]
    missing: tuple[str, ...]
    problems: tuple[UserError, ...]
    files: frozenset[str] = frozenset()


def is_assembly(files: Files, folder: str) -> bool:
    """Whether a folder is a cloud assembly: it has a manifest, and the file `cdk.out` that every assembly has."""
    return files.has(posixpath.join(folder, MANIFEST)) and files.has(posixpath.join(folder, OUTPUT))


def output_of(files: Files, project: str) -> str | None:
    """The folder that `cdk.json` of a project has the assembly written to; None where that is no file of the CDK's.

    Raises UserError where it leads out of the project.
    """
    settings = read_settings(files, project)
    if settings is None:
        return None
    given = settings.get("output", OUTPUT)
    if not isinstance(given, str):
        raise UserError("`output` is the path of a folder", path=posixpath.join(project, "cdk.json"))
    folder = posixpath.normpath(posixpath.join(project, given))
    if folder.startswith(("/", "../")) or folder == "..":
        raise UserError(
            "`output` leads out of this tree; name a folder in it", path=posixpath.join(project, "cdk.json")
        )
    return folder


def read_settings(files: Files, project: str) -> Mapping[str, Any] | None:
    """The `cdk.json` of a project; None where there is none that names an app."""
    path = posixpath.join(project, "cdk.json")
    data = files.read(path)
    if data is None:
        return None
    settings = _parse(data, path)
    return settings if isinstance(settings.get("app"), str) else None


def read_assembly(files: Files, folder: str) -> Assembly:
    """The assembly in a folder. Raises UserError where its own manifest cannot be read; the rest are its problems."""
    reader = _Reader(files)
    reader.read(folder, 0)
    manifests = {posixpath.join(folder, MANIFEST) for folder in reader.assemblies}
    return Assembly(
        stacks=tuple(reader.stacks),
        missing=tuple(reader.missing),
        problems=tuple(reader.problems),
        files=frozenset(reader.templates | manifests),
    )


class _Reader:
    """One reading of an assembly and of those in it."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.stacks: list[SynthesisedStack] = []
        self.missing: dict[str, None] = {}
        self.problems: list[UserError] = []
        self.assemblies: set[str] = set()
        self.templates: set[str] = set()

    def read(self, folder: str, depth: int) -> None:
        path = posixpath.join(folder, MANIFEST)
        if depth > DEEPEST or len(self.assemblies) == MOST_ASSEMBLIES:
            raise UserError("has more assemblies in each other than the CDK makes", path=path)
        self.assemblies.add(folder)
        manifest = self.parse(path)
        artifacts = manifest.get("artifacts", {})
        if not isinstance(manifest.get("version"), str) or not isinstance(artifacts, dict):
            raise UserError("is no manifest of a cloud assembly: it has a version and artifacts", path=path)
        self.missing.update(dict.fromkeys(_missing(manifest.get("missing"))))
        for name, artifact in artifacts.items():
            try:
                self.read_artifact(folder, name, artifact, depth)
            except UserError as error:
                self.problems.append(error)

    def read_artifact(self, folder: str, name: str, artifact: object, depth: int) -> None:
        kind, properties = _get(artifact, "type"), _get(artifact, "properties")
        if kind == "cdk:cloud-assembly":
            below = self.inside(folder, _get(properties, "directoryName"), f"the directoryName of {name}")
            if below not in self.assemblies:
                self.read(below, depth + 1)
        elif kind == "aws:cloudformation:stack":
            self.read_stack(folder, name, artifact, properties)

    def read_stack(self, folder: str, name: str, artifact: object, properties: object) -> None:
        template = self.inside(folder, _get(properties, "templateFile"), f"the templateFile of {name}")
        shown = _text(_get(artifact, "displayName")) or name
        # `Production/Orders (Production-Orders)`: the construct path, and the stack's name where they differ
        construct = shown.partition(" (")[0]
        stack_name = _text(_get(properties, "stackName")) or name
        account, region = _environment(_get(artifact, "environment"))
        deployment = Deployment(stack_name, region, origin=MANIFEST, account=account)
        entries = self.metadata(folder, name, artifact)
        self.add(SynthesisedStack(path=template, name=construct, deployment=deployment), folder, entries, 0)

    def add(self, stack: SynthesisedStack, folder: str, entries: Mapping[str, list[Any]], depth: int) -> None:
        """Take a stack, and those nested in it. `entries` is the metadata of all of them."""
        if stack.path in self.templates:
            return
        if len(self.stacks) == MOST_STACKS or depth > DEEPEST:
            raise UserError("is one of too many stacks, or nested deeper than stacks can be", path=stack.path)
        self.templates.add(stack.path)
        self.stacks.append(replace(stack, constructs=dict(_constructs(entries, stack.name))))
        for id_, file, construct in self.nested(stack.path):
            below = SynthesisedStack(
                path=self.inside(folder, file, f"the asset of {id_}"),
                name=construct or f"{stack.name}/{id_}",
                deployment=replace(stack.deployment, stack=None),
                parent=(stack.name, id_),
            )
            self.add(below, folder, entries, depth + 1)

    def nested(self, path: str) -> Iterator[tuple[str, str, str]]:
        """The nested stacks of a template: logical ID, file, and construct path where the template has it."""
        try:
            resources = self.parse(path).get("Resources")
        except UserError:
            return  # who judges the template says so
        for id_, resource in resources.items() if isinstance(resources, dict) else ():
            metadata = _get(resource, "Metadata")
            file = _text(_get(metadata, "aws:asset:path"))
            if _get(resource, "Type") == "AWS::CloudFormation::Stack" and file.endswith(".template.json"):
                # `Orders/Accounting.NestedStack/Accounting.NestedStackResource` makes the stack `Orders/Accounting`
                construct = posixpath.dirname(_text(_get(metadata, "aws:cdk:path"))).removesuffix(".NestedStack")
                yield id_, file, construct

    def metadata(self, folder: str, name: str, artifact: object) -> Mapping[str, list[Any]]:
        """The metadata of a stack by construct path, in the manifest or beside it."""
        found: dict[str, list[Any]] = {}
        beside = _get(artifact, "additionalMetadataFile")
        tables = [_get(artifact, "metadata")]
        if beside is not None:
            try:
                tables.append(self.parse(self.inside(folder, beside, f"the additionalMetadataFile of {name}")))
            except UserError as error:
                self.problems.append(error)
        for table in tables:
            for path, entries in table.items() if isinstance(table, dict) else ():
                if isinstance(entries, list):
                    found.setdefault(path, []).extend(entries)
        return found

    def inside(self, folder: str, name: object, what: str) -> str:
        """The path of a file or folder that a manifest names, which must lie in the manifest's own folder."""
        text = _text(name)
        path = posixpath.normpath(posixpath.join(folder, text)) if text else ""
        parts = text.replace("\\", "/").split("/")
        if (
            not text
            or text.startswith("/")
            or ".." in parts
            or "\0" in text
            or path == posixpath.normpath(folder or ".")
        ):
            raise UserError(f"{what} is no path below this folder", path=posixpath.join(folder, MANIFEST))
        return path

    def parse(self, path: str) -> Mapping[str, Any]:
        data = self.files.read(path)
        if data is None:
            raise UserError("is not there, or no regular file; synthesise anew", path=path)
        return _parse(data, path)


def _parse(data: bytes, path: str) -> Mapping[str, Any]:
    try:
        found = json.loads(data)
    except json.JSONDecodeError as error:
        told = f"is not JSON: {error.msg[0].lower()}{error.msg[1:]}"
        raise UserError(told, path=path, line=error.lineno, column=error.colno) from None
    except (ValueError, RecursionError):
        raise UserError("is not JSON", path=path) from None
    if not isinstance(found, dict):
        raise UserError("is no mapping", path=path)
    return found


def _get(table: object, key: str) -> object:
    return table.get(key) if isinstance(table, dict) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _environment(given: object) -> tuple[str | None, str | None]:
    """Account and region of `aws://ACCOUNT/REGION`; None for `unknown-account` and `unknown-region`."""
    found = _ENVIRONMENT.fullmatch(_text(given))
    if found is None:
        return None, None
    account, region = found["account"], found["region"]
    return account if _ACCOUNT.fullmatch(account) else None, region if _REGION.fullmatch(region) else None


def _missing(entries: object) -> Iterator[str]:
    """What was not to be had: `availability-zones`, `vpc-provider`, `ssm`, ..., by the provider that looks it up."""
    for entry in entries if isinstance(entries, list) else ():
        provider, name = _text(_get(entry, "provider")), _text(_get(_get(entry, "props"), "parameterName"))
        if provider:
            yield f"{provider} {name}" if name else provider


def _constructs(entries: Mapping[str, list[Any]], name: str) -> Iterator[tuple[str, Construct]]:
    """The constructs below the stack of this construct path, by their path and by the logical ID that they gave."""
    prefix = f"/{name}/"
    for path, found in entries.items():
        ids = [entry for entry in found if _get(entry, "type") == "aws:cdk:logicalId"]
        if not ids or not path.startswith(prefix):
            continue
        traces = (_get(entry, "data") for entry in found if _get(entry, "type") == "aws:cdk:creationStack")
        frames = tuple(_frames([*traces, *(_get(entry, "trace") for entry in ids)]))
        construct = Construct(path, frames)
        yield path, construct
        yield _text(_get(ids[0], "data")), construct


def _frames(traces: Iterable[object]) -> Iterator[Frame]:
    for trace in traces:
        yield from read_frames(trace)
