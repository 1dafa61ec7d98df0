"""What is found in a template that a program made, told where its author wrote it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import islice

from saya.findings import Finding, Related, Report, Undecided
from saya.model.template import Template
from saya.record import replace
from saya.sources.cdk import Construct, SynthesisedStack
from saya.sources.frames import Authors
from saya.text.node import MappingNode, Node, ScalarNode
from saya.text.source import Location

MOST_PLACES = 5


class Tracer:
    """From the places of one template to the lines of the program that made it."""

    def __init__(self, template: Template, stack: SynthesisedStack, authors: Authors) -> None:
        self.source = template.source
        self.stack = stack
        self.authors = authors
        keys = template.resources.keys
        entries = [(keys[id_].start, node.end, id_, node) for id_, node in template.resources.entries.items()]
        self.resources = sorted(entries, key=lambda entry: entry[0])
        self.starts = [start for start, *_ in self.resources]

    def is_of(self, at: Location) -> bool:
        """Whether a place is in this template, by whomever it was read."""
        same = at.path == self.source.path and at.source.text == self.source.text
        return at.source is self.source or same

    def construct(self, at: Location) -> Construct | None:
        """The construct that made the resource that a place lies in."""
        index = bisect_right(self.starts, at.span.start) - 1
        if not self.is_of(at) or index < 0 or at.span.start >= self.resources[index][1]:
            return None
        _, _, id_, node = self.resources[index]
        path = _construct_path(node)
        known = self.stack.constructs
        return known.get(f"/{path}") or known.get(id_) or (Construct(f"/{path}", ()) if path else None)

    def places(self, construct: Construct | None) -> tuple[Location, ...]:
        """The statements by which the author made it, the innermost first; none where no frame is the author's."""
        return tuple(islice(self.authors.places(construct.frames), MOST_PLACES)) if construct is not None else ()


def _construct_path(resource: Node) -> str:
    metadata = resource.get("Metadata") if isinstance(resource, MappingNode) else None
    path = metadata.get("aws:cdk:path") if isinstance(metadata, MappingNode) else None
    return path.text if isinstance(path, ScalarNode) else ""


def told_at_source(report: Report, tracers: Sequence[Tracer], shown: str) -> Report:
    """The report on one template with its findings at the author's lines; `shown` is the template's own path."""
    telling = _Telling(tracers, shown)
    return replace(
        report,
        findings=tuple(map(telling.finding, report.findings)),
        undecided=tuple(map(telling.undecided, report.undecided)),
        suppressed=tuple(
            replace(each, location=telling.moved(each.location), finding=telling.finding(each.finding))
            for each in report.suppressed
        ),
        resolved=tuple(map(telling.finding, report.resolved)),
    )


class _Telling:
    def __init__(self, tracers: Iterable[Tracer], shown: str) -> None:
        self.tracers = tuple(tracers)
        self.shown = shown

    def trace(self, at: Location) -> tuple[Construct | None, tuple[Location, ...]]:
        for tracer in self.tracers:
            construct = tracer.construct(at)
            if construct is not None:
                return construct, tracer.places(construct)
        return None, ()

    def moved(self, at: Location) -> Location:
        return next(iter(self.trace(at)[1]), at)

    def finding(self, finding: Finding) -> Finding:
        construct, places = self.trace(finding.location)
        related = [replace(each, location=self.moved(each.location)) for each in finding.related]
        if construct is not None:
            found = "" if places else "; its stack trace names no line of this project"
            message = f"synthesised from the construct `{construct.path.lstrip('/')}`{found}"
            related.append(Related(finding.location, message, finding.resource, finding.property))
        return replace(
            finding,
            location=places[0] if places else finding.location,
            # What a change passes to a construct of one's own stands where that is made.
            origins=(*places[1:], finding.location, *finding.origins) if places else finding.origins,
            template=self.shown,
            related=tuple(related),
            fix=None,
        )

    def undecided(self, entry: Undecided) -> Undecided:
        return replace(entry, location=self.moved(entry.location), template=self.shown)
