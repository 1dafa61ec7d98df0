"""Resources that went from one template to another, with the findings that they took along."""

from __future__ import annotations

from collections.abc import Sequence

from saya.findings import Report
from saya.model.template import Template
from saya.policy.moved import partners
from saya.record import replace


class Relocations:
    """Which resources each template of a comparison has gained and lost, by the name that its findings have."""

    def __init__(self) -> None:
        self._gained: dict[str, frozenset[str]] = {}
        self._lost: dict[str, frozenset[str]] = {}

    def note(self, name: str, base: Template | None, head: Template | None) -> None:
        """What a template had in base and has in head; None where it is not there."""
        before, after = (frozenset(side.resources.entries if side is not None else ()) for side in (base, head))
        self._gained[name], self._lost[name] = after - before, before - after

    def carried(self, reports: Sequence[Report]) -> list[Report]:
        """The reports, where findings that moved along with their resource are neither new nor mended."""
        none: frozenset[str] = frozenset()
        found = partners(
            (
                each
                for report in reports
                for each in report.findings
                if each.status == "new" and each.resource in self._gained.get(each.template, none)
            ),
            (
                each
                for report in reports
                for each in report.resolved
                if each.resource in self._lost.get(each.template, none)
            ),
            {},
        )
        if not found:
            return list(reports)
        left = {each.fingerprint for each in found.values()}
        return [
            replace(
                report,
                findings=tuple(
                    replace(each, status="existing", fix=None, patch=None) if each.fingerprint in found else each
                    for each in report.findings
                ),
                resolved=tuple(each for each in report.resolved if each.fingerprint not in left),
            )
            for report in reports
        ]
