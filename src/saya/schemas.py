"""The JSON schemas of what Saya reads and writes; `schemas/` has them as files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from saya.config_file import config_schema
from saya.policy.schema import policy_schema
from saya.report.schema import report_schema

SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "config": config_schema,
    "policy": policy_schema,
    "report": report_schema,
}
