"""A service that is a program (`serverless.ts`), which is not run: it is seen where the framework has packaged it."""

from __future__ import annotations

import re
from collections.abc import Callable

from saya.model.serverless.nodes import mapping
from saya.model.serverless.package import FOLDER, laid_over, packaged_functions, read_package
from saya.model.serverless.service import Service
from saya.model.template import Gap
from saya.text.node import MappingNode, ScalarNode
from saya.text.source import Source

_BEGINS = re.compile(r"^[ \t]*(?:[\"']?service[\"']?[ \t]*[:,]|module\.exports|export\b)", re.MULTILINE)


def load_program(source: Source, files: Callable[[str], Source | None] | None = None) -> Service:
    """The service that a program makes: of its package, at the lines that name its functions; else nothing of it."""
    found = _BEGINS.search(source.text)
    start, end = found.span() if found is not None else (0, len(source.line(1)) if source.text else 0)
    at = ScalarNode(source, start, end, source.text[start:end], "str", "embedded")
    empty = MappingNode(source, start, end, {}, {}, flow=False)
    package = read_package(files)
    if package is None:
        service = Service(mapping(at, {"Resources": empty}), empty, source)
        reason = f"it is a program, which is not run; package the service, and it is read from `{FOLDER}`"
        service.gaps = (Gap(at, "functions", "", reason),)
        return service
    named = {name: place for name in packaged_functions(package.root) if (place := _named(source, name)) is not None}
    resources = mapping(at, dict.fromkeys(named, empty), named)
    service = Service(laid_over(package.root, mapping(at, {"Resources": resources}), at, named), empty, source)
    service.stack, service.region, service.is_packaged = package.stack, package.region, True
    return service


def _named(source: Source, logical_id: str) -> ScalarNode | None:
    """Where a program names the function of a logical ID."""
    name = logical_id.removesuffix("LambdaFunction").replace("Dash", "-").replace("Underscore", "_")
    first = f"[{name[:1].lower()}{name[:1].upper()}]{re.escape(name[1:])}"
    found = re.search(rf"^[ \t]*[\"']?({first})[\"']?[ \t]*[:=,]", source.text, re.MULTILINE)
    if found is None:
        return None
    return ScalarNode(source, found.start(1), found.end(1), logical_id, "str", "embedded")
