"""Head compared with base, template by template: what is new, what exists already, what is mended.

Only templates of head are told of; those of base are judged to know what was there before.
"""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from saya.errors import UserError
from saya.findings import Report
from saya.judging import Rules, read_template, regions_of
from saya.model.template import Template
from saya.nesting import Nestings, Parent, related
from saya.pairs import Opened, judge_pair, resolved
from saya.problems import problem_of_bug, problems_of
from saya.record import replace
from saya.relocation import Relocations
from saya.sources.base import Candidate
from saya.sources.baseline import Baseline
from saya.sources.pairing import pair_by_content
from saya.sources.workspace import PROGRAM_FILES, SUFFIXES, Folder, find_candidates, read_bytes, shown

if TYPE_CHECKING:
    from saya.assemblies import Programs

Found = Candidate | UserError


class Comparison:
    """One run over the templates of head, with those of base beside them.

    `work_tree` is what the patterns of the configuration are relative to; `tell` is told how far it is, `tell_bug` of a
    bug of ours.
    """

    def __init__(  # noqa: PLR0913 - who starts a run says all of this once
        self,
        paths: tuple[str, ...],
        rules: Rules,
        baseline: Baseline,
        work_tree: Path,
        *,
        tell: Callable[[int, str], None],
        tell_bug: Callable[[Exception], None],
        programs: Callable[[], Programs],
    ) -> None:
        self.paths = paths
        self.rules = rules
        self.baseline = baseline
        self.work_tree = work_tree
        self.tell = tell
        self.tell_bug = tell_bug
        self.files = baseline.head_files or Folder(baseline.root)
        self.reports: dict[str, Report] = {}
        self.unpaired: dict[str, Opened] = {}
        self.taken: set[str] = set()
        self.relocations = Relocations()
        self.make_programs = programs
        self._programs: Programs | None = None
        self.nestings: tuple[Nestings | None, Nestings | None] = (None, None)  # of head, of base

    def reported(self) -> Iterator[Report]:
        """The reports on all templates, in the order of the paths; at last what was mended by deleting."""
        self.baseline.fetch(self.folders())
        candidates = list(self.candidates())
        self.nestings = self.find_nestings(candidates)
        for number, found in enumerate(candidates, start=1):
            if isinstance(found, UserError):
                self.reports[f"{number}"] = Report(errors=problems_of(found))
                continue
            self.tell(number, found.shown)
            self.reports[found.shown] = self.guarded(found.shown, partial(self.take, found))
        gone = {base.path: base for path in self.gone() if (base := self.open_base(path)[0]) is not None}
        pairs = pair_by_content(_templates(self.unpaired), _templates(gone))
        for path, head in self.unpaired.items():
            base = gone.pop(pairs[path]) if path in pairs else None
            self.reports[head.shown] = self.guarded(head.shown, partial(self.pair, head, base))
        reports = list(self.reports.values())
        for base in gone.values():
            self.relocations.note(base.name, base.template, None)
            reports.append(self.guarded(base.shown, partial(resolved, base, self.baseline, self.rules)))
        yield from self.relocations.carried(reports)

    def guarded(self, path: str, judge: Callable[[], Report]) -> Report:
        """A report, whatever happens: one template must not cost the others theirs."""
        try:
            return judge()
        except UserError as error:
            return Report(errors=problems_of(error, path))
        except Exception as error:  # noqa: BLE001 - as above
            self.tell_bug(error)
            return Report(errors=(problem_of_bug(error, path),))

    def find_nestings(self, candidates: list[Found]) -> tuple[Nestings | None, Nestings | None]:
        """Which templates of head are nested in which, and what they were in base."""
        heads, bases = [], []
        for found, path, data in related((each, each[2]) for each in self.contents(candidates)):
            with suppress(UserError):  # it is told when the file is judged
                heads.append(self.open_head(found, path, data, named=False))
                partner = self.baseline.partner(path)
                bases.append(self.open_base(partner)[0] if partner is not None else None)
        return self.nestings_of(heads), self.nestings_of(bases)

    def contents(self, candidates: list[Found]) -> Iterator[tuple[Candidate, str, bytes]]:
        """The files of head below its root, with their paths from there and what they hold."""
        for found in candidates if self.baseline.pair is None else ():
            path = self.path_of(found) if isinstance(found, Candidate) else None
            with suppress(UserError):
                data = self.files.read(path) if path is not None else None
                if isinstance(found, Candidate) and path is not None and data is not None:
                    yield found, path, data

    def nestings_of(self, parents: list[Opened | None]) -> Nestings | None:
        """What these templates nest; None where there are none of them."""
        found = [_parent(each) for each in parents if each is not None]
        return Nestings(found, self.rules) if found else None

    # head

    def candidates(self) -> Iterator[Found]:
        """The files of head that may be templates, and those that are no more by their name but were in base."""
        seen = set()
        for found in find_candidates(self.paths):
            if isinstance(found, Candidate):
                seen.add(self.path_of(found))
            yield found
        for new, old in self.baseline.renamed.items():
            if new not in seen and old.lower().endswith(SUFFIXES) and self.in_scope(old) and self.files.has(new):
                path = self.baseline.root / new
                yield Candidate(path, shown(os.path.relpath(path)), named=False)

    def path_of(self, candidate: Candidate) -> str | None:
        """The path of a file of head from the root; None where it lies outside of it."""
        if not candidate.path.is_relative_to(self.baseline.root):
            return None
        return candidate.path.relative_to(self.baseline.root).as_posix()

    def take(self, candidate: Candidate) -> Report:
        """Judge a file of head, or put it aside until it is known which file of base it was."""
        if self._programs is not None and candidate.path in self._programs.told_of:
            return Report()
        if self.path_of(candidate) in self.baseline.recoded:
            message = "is checked out in another encoding, by `working-tree-encoding`; leave it in UTF-8"
            raise UserError(message, path=candidate.shown)
        told = self.take_program(candidate) if candidate.path.name in PROGRAM_FILES else None
        return self.take_file(candidate) if told is None else told

    def take_program(self, candidate: Candidate) -> Report | None:
        """Judge the program that a file of head is of; None where it is of none."""
        path = self.path_of(candidate)
        if path is None or self.baseline.pair is not None:
            return None
        if self._programs is None:
            self._programs = self.make_programs()
        report = self._programs.judge(self.files, self.baseline.root, path)
        self.taken |= self._programs.taken
        return report

    def take_file(self, candidate: Candidate) -> Report:
        """Judge a template of head, or put it aside until it is known which file of base it was."""
        path = self.path_of(candidate)
        partner = None if path is None else self.baseline.partner(path)
        if partner is None:
            return self.take_new(candidate, path, read_bytes(candidate))
        self.taken.add(partner)
        data = read_bytes(candidate)
        alike = self.is_alike(partner, data)
        base, notice = (None, None) if alike else self.open_base(partner)
        # What was a template must be one still, or else there is something that nobody judges.
        named = candidate.named or base is not None or notice is not None
        try:
            head = self.open_head(candidate, path, data, named=named)
        except UserError as error:
            told = problems_of(error, candidate.shown)
            return Report(errors=tuple(replace(each, status="existing") for each in told) if alike else told)
        if head is None:
            return Report()
        report = self.pair(head, self.same_in_base(head, partner) if alike else base, alike=alike)
        return report if notice is None else replace(report, notices=(notice, *report.notices))

    def is_alike(self, partner: str, data: bytes) -> bool:
        """Whether a file of base has this content, as Git counts: a checkout may write other line ends."""
        holds = self.baseline.files.holds
        return holds(partner, data) or (b"\r\n" in data and holds(partner, data.replace(b"\r\n", b"\n")))

    def take_new(self, candidate: Candidate, path: str | None, data: bytes) -> Report:
        """A file of head that no file of base is known to be."""
        head = self.open_head(candidate, path, data, named=candidate.named)
        submodule = None if path is None else self.baseline.submodule(path)
        if head is None:
            return Report()
        if submodule is not None and submodule not in (self.baseline.changed or ()):
            return self.pair(head, head, alike=True)
        if path is None or submodule is not None:
            return self.pair(head, None)
        self.unpaired[path] = head
        return Report()

    def open_head(self, candidate: Candidate, path: str | None, data: bytes, *, named: bool) -> Opened | None:
        """A template of head; None where a file is none and nobody said so. Raises UserError."""
        problems: list[UserError] = []
        template = read_template(data, candidate.shown, problems, named=named)
        if template is None:
            return None
        return Opened(
            files=self.files if path is not None else Folder(candidate.path.parent),
            path=path if path is not None else candidate.path.name,
            shown=candidate.shown,
            regions=self.regions(candidate.path),
            template=template,
            problems=problems,
            nestings=self.nestings[0],
        )

    def same_in_base(self, head: Opened, path: str) -> Opened:
        """A template of head as one of base, where it has the same content."""
        return replace(head, files=self.baseline.files, path=path, nestings=self.nestings[1])

    def regions(self, path: Path) -> tuple[str, ...]:
        """The regions to judge a template for, whatever its samconfig.toml says."""
        below = path.relative_to(self.work_tree).as_posix() if path.is_relative_to(self.work_tree) else None
        return regions_of(below, self.rules)

    def pair(self, head: Opened, base: Opened | None, *, alike: bool = False) -> Report:
        """What is to be said of a template of head beside the one of base that it was."""
        if not alike:
            self.relocations.note(head.name, base.template if base is not None else None, head.template)
        return judge_pair(head, base, self.baseline, self.rules, alike=alike)

    # base

    def open_base(self, path: str) -> tuple[Opened | None, str | None]:
        """A template of base; else None, with a notice where it is one that cannot be judged."""
        told = self.baseline.told(path)
        try:
            data = self.baseline.files.read(path)
            if data is None:
                return None, None
            problems: list[UserError] = []
            template = read_template(data, told, problems, named=self.baseline.pair is not None)
        except UserError as error:
            if self.baseline.pair is not None:
                raise
            return None, f"{told} cannot be judged in base, so that all of its findings count as new: {error}"
        if template is None:
            return None, None
        regions = self.regions(self.baseline.root / path)
        files = self.baseline.files
        opened = Opened(
            files=files,
            path=path,
            shown=told,
            regions=regions,
            template=template,
            problems=problems,
            nestings=self.nestings[1],
        )
        return opened, None

    def in_scope(self, path: str) -> bool:
        """Whether a path lies below the folders that are compared."""
        return any(not folder or path == folder or path.startswith(f"{folder}/") for folder in self.folders())

    def folders(self) -> tuple[str, ...]:
        """The folders among the paths, from the root."""
        root = self.baseline.root
        folders = (Path(os.path.realpath(path)) for path in self.paths if os.path.isdir(path))  # noqa: PTH112 - no error
        below = (path.relative_to(root).as_posix() for path in folders if path.is_relative_to(root))
        return tuple("" if path == "." else path for path in below)

    def gone(self) -> Iterator[str]:
        """The files of base that head has no more.

        What stands in the place of a template and is no file that can be judged is a problem.
        """
        for path in self.baseline.templates(self.folders()):
            if path in self.taken:
                continue
            obstacle = self.obstacle(path)
            if obstacle is None and (self.baseline.changed is None or path in self.baseline.changed):
                yield path
            elif obstacle is not None and self.open_base(path) != (None, None):
                told = shown(os.path.relpath(self.baseline.root / obstacle))
                message = "base has a template here, and this is none that can be judged; make it a regular file"
                self.reports[told] = Report(errors=problems_of(UserError(message, path=told)))

    def obstacle(self, path: str) -> str | None:
        """What stands in head in the place of a file of base, or is a symbolic link on the way to it; often nothing."""
        at = ""
        for part in path.split("/"):
            at = posixpath.join(at, part)
            try:
                mode = (self.baseline.root / at).lstat().st_mode
            except OSError:
                return None
            if stat.S_ISDIR(mode) and at != path:
                if at in (self.baseline.changed or ()):  # of folders, only submodules are among what differs
                    return at
                continue
            return at if at == path or stat.S_ISLNK(mode) else None
        return None


def _parent(opened: Opened) -> Parent:
    """A template as one that may nest others."""
    return Parent(
        files=opened.files, path=opened.path, shown=opened.shown, regions=opened.regions, template=opened.template
    )


def _templates(opened: Mapping[str, Opened]) -> dict[str, Template]:
    return {path: each.template for path, each in opened.items()}
