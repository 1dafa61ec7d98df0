"""GitHub's own description of its API, as a judge of every request and answer, and as the maker of whole answers."""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.templating.responses.exceptions import ResponseNotFound
from openapi_core.testing import MockRequest, MockResponse

FOLDER = Path(__file__).parent / "github"
HOST = "https://api.github.com"


@cache
def document() -> dict[str, Any]:
    """The description, corrected where GitHub is known to answer null and does not say so."""
    read = json.loads((FOLDER / "openapi.json").read_text(encoding="utf-8"))
    properties = {name: schema.get("properties", {}) for name, schema in read["components"]["schemas"].items()}
    properties["pull-request-review-comment"]["line"]["nullable"] = True  # an outdated comment
    for schema in ("pull-request", "pull-request-simple"):  # a fork that was deleted
        repository = properties[schema]["head"]["properties"]["repo"]
        nothing = {"type": "object", "maxProperties": 0, "nullable": True}
        properties[schema]["head"]["properties"]["repo"] = {"anyOf": [repository, nothing]}
    return read


@cache
def description() -> OpenAPI:
    return OpenAPI.from_dict(document())


def schemas() -> dict[str, Any]:
    return document()["components"]["schemas"]


@cache
def objections(method: str, path: str, query: str, body: bytes | None, status: int, answer: bytes) -> tuple[str, ...]:
    """What GitHub's description has against a request and its answer."""
    arguments = {name: values[-1] for name, values in parse_qs(query).items()}
    request = MockRequest(HOST, method.lower(), path, args=arguments, data=body or b"", content_type="application/json")
    found = []
    try:
        description().validate_request(request)
    except OpenAPIError as error:
        found.append(f"request {method} {path}: {_told(error)}")
    response = MockResponse(answer, status_code=status, content_type="application/json")
    try:
        description().validate_response(request, response)
    except ResponseNotFound:
        if status < 400:  # that errors are not listed whole is the description's own gap
            found.append(f"answer to {method} {path}: {status} is not described")
    except OpenAPIError as error:
        found.append(f"answer {status} to {method} {path}: {_told(error)}")
    return tuple(found)


def _told(error: BaseException) -> str:
    causes = getattr(error.__cause__, "schema_errors", None) or getattr(error, "schema_errors", None) or ()
    details = "; ".join(f"{'.'.join(map(str, each.absolute_path))}: {each.message[:200]}" for each in causes)
    return f"{error or type(error).__name__} {details}"


@cache
def _blank(name: str) -> Any:
    return _made(schemas()[name])


def blank(name: str, **given: object) -> dict[str, Any]:
    """The least object that a schema of this name takes, with some of its fields given."""
    made = copy.deepcopy(_blank(name))
    assert isinstance(made, dict)
    return made | given


def _made(schema: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return copy.deepcopy(_blank(schema["$ref"].rpartition("/")[2]))
    for choice in ("oneOf", "anyOf"):
        if choice in schema:
            return _made(schema[choice][0])
    if schema.get("nullable"):
        return None
    if "allOf" in schema:
        merged: dict[str, Any] = {}
        for part in schema["allOf"]:
            merged |= _made(part)
        return merged
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if kind == "object":
        return {name: _made(schema["properties"][name]) for name in schema.get("required", ())}
    formats = {"uri": "https://github.com/", "date-time": "2026-01-01T00:00:00Z"}
    plain = {"array": [], "integer": 1, "number": 1, "boolean": False}
    return copy.deepcopy(plain.get(kind, formats.get(schema.get("format", ""), "text")))
