"""One site, whatever it is called in the contexts of a template.

What stands at a site may be named by a parameter (`{{resolve:secretsmanager:${Stage}/db}}`), so that each context names
it otherwise. Only one of them holds in a deployment: they are alternatives of each other, as the branches of an
`Fn::If` are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from saya.record import replace

if TYPE_CHECKING:
    from saya.findings import Context, Finding, Undecided
    from saya.policy.judge import Judgement

_Site = tuple[str, str, str, str, str, int]


class _Names:
    """The fingerprints by which a site is known, and the contexts that each was met in."""

    def __init__(self) -> None:
        self.sites: dict[_Site, dict[str, set[Context]]] = {}
        self.taken: frozenset[str] = frozenset()
        self.free: dict[_Site, Iterator[str]] = {}

    def start(self, taken: frozenset[str]) -> None:
        """Begin with a judgement, whose own fingerprints are `taken`."""
        self.taken, self.free = taken, {}

    def name(self, entry: Finding | Undecided) -> str:
        """The fingerprint of an entry: its own where it is known already or nothing else is, else that of the same site
        in other contexts.
        """
        place = entry.location
        site = (entry.policy, entry.template, entry.resource, entry.property, place.path, place.span.start)
        known = self.sites.setdefault(site, {})
        own = entry.fingerprint
        if own not in known:
            if site not in self.free:
                self.free[site] = self.elsewhere(dict(known), entry.contexts)
            own = next(self.free[site], own)
        known.setdefault(own, set()).update(entry.contexts)
        return own

    def elsewhere(self, known: dict[str, set[Context]], contexts: tuple[Context, ...]) -> Iterator[str]:
        """The fingerprints that only other contexts have."""
        return (name for name, met in known.items() if name not in self.taken and met.isdisjoint(contexts))


def align(judgements: Iterable[Judgement]) -> Iterator[Judgement]:
    """The judgements with one fingerprint for each site, that of the first context in which it is met."""
    names = _Names()
    for judgement in judgements:
        entries: tuple[Finding | Undecided, ...] = (*judgement.findings, *judgement.undecided)
        names.start(frozenset(each.fingerprint for each in entries))
        new = {each.fingerprint: names.name(each) for each in entries}
        if all(own == name for own, name in new.items()):
            yield judgement
            continue
        yield judgement._replace(
            findings=tuple(replace(each, fingerprint=new[each.fingerprint]) for each in judgement.findings),
            undecided=tuple(replace(each, fingerprint=new[each.fingerprint]) for each in judgement.undecided),
            grounds=tuple(ground._replace(fingerprint=new[ground.fingerprint]) for ground in judgement.grounds),
        )
