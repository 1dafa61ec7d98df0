"""Programs that make templates (the AWS CDK): their assemblies found, judged and told at the author's lines."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from saya.errors import SynthesisError, UserError
from saya.findings import Report
from saya.judging import Rules, read_template, regions_of
from saya.nesting import Nestings, Parent
from saya.pairs import Opened, judge_alone, judge_pair, resolved
from saya.problems import problems_of
from saya.record import NamedTuple, record, replace
from saya.reports import joined, told_once, unaged
from saya.sources.base import Files
from saya.sources.baseline import Baseline
from saya.sources.cdk import MANIFEST, Assembly, SynthesisedStack, is_assembly, output_of, read_assembly
from saya.sources.frames import Authors
from saya.sources.git import find_repository
from saya.sources.permission import Permission
from saya.sources.synthesis import Synthesis, synthesise, synthesise_base
from saya.sources.workspace import shown
from saya.tracing import Tracer, told_at_source


@record(kw_only=True)
class Program:
    """A program of one revision.

    Attributes:
        files: the files of the revision.
        root: where they stand, or where those of head stand.
        folder: the folder of the program among them.
        output: the folder that its assembly is written to.
    """

    files: Files
    root: Path
    folder: str
    output: str

    @property
    def made_at(self) -> str | None:
        """The folder that its `cdk.json` has the assembly written to; None where none says how it is run."""
        try:
            return output_of(self.files, self.folder)
        except UserError:
            return None

    @property
    def is_synthesised(self) -> bool:
        """Whether its assembly is among its files."""
        return is_assembly(self.files, self.output)


@record(kw_only=True)
class Made:
    """What a program made: its assembly, the files that hold it, and where the program stood when it was run."""

    program: Program
    assembly: Assembly
    files: Files
    roots: tuple[tuple[str, str], ...] = ()


class World(NamedTuple):
    """The templates of an assembly by path, or why one cannot be read; and the ways to the lines of their author."""

    opened: Mapping[str, Opened | UserError]
    tracers: tuple[Tracer, ...]

    def open(self, stack: SynthesisedStack) -> Opened:
        """A template. Raises UserError."""
        found = self.opened[stack.path]
        if isinstance(found, UserError):
            raise found
        return found


class Programs:
    """The programs of a run. `work_tree` is what the patterns of the configuration are relative to."""

    def __init__(self, rules: Rules, permission: Permission, work_tree: Path, baseline: Baseline | None = None) -> None:
        self.rules = rules
        self.permission = permission
        self.work_tree = work_tree
        self.baseline = baseline
        self.seen: set[tuple[Path, str]] = set()
        self.taken: set[str] = set()
        self.told_of: set[Path] = set()  # the files of head that are judged as those of an assembly
        self.worlds: dict[int, World] = {}  # by identity, of one program at a time
        self.why_not_run = ""  # and what lies there is judged

    def judge(self, files: Files, root: Path, path: str) -> Report | None:
        """What is to be said of the program that the file at `path` is of; None where it is of none.

        Raises UserError.
        """
        try:
            program = find_program(files, root, path)
        except UserError as error:
            error.path = shown(os.path.relpath(root / (error.path or path)))
            raise
        if program is None:
            return None
        if (root, program.output) in self.seen:
            return Report()
        self.seen.add((root, program.output))
        self.worlds.clear()
        self.why_not_run = ""
        try:
            with ExitStack() as stack:
                made = self.head(program, stack)
                if isinstance(made, Report):
                    return made
                self.told_of.update(root / each for each in made.assembly.files)
                told = self.alone(made) if self.baseline is None else self.compared(made, self.baseline, stack)
                return told_once(joined([self.said_of(made), *told]))
        except SynthesisError as error:
            return Report(errors=tuple(replace(each, output=error.tail) for each in problems_of(error)))

    # what was made

    def head(self, program: Program, stack: ExitStack) -> Made | Report:
        """What a program of head made, or why there is nothing to judge. Raises UserError where it failed."""
        may_run = program.made_at == program.output and self.permission.holds_for(program.root, program.folder)
        if program.is_synthesised and not (may_run and (self.permission.always or self.needs_base(program))):
            return self.found(program)
        if not may_run:
            place = self.told(program, posixpath.join(program.folder, "cdk.json"))
            return Report(notices=(f"{place}: nothing of this program was judged: {self.permission.why}",))
        done = synthesise(program.root, program.folder, program.output, self.permission)
        try:
            made = stack.enter_context(done)
        except UserError as error:
            if self.permission.always or not program.is_synthesised:
                error.path = self.told(program, error.path or posixpath.join(program.folder, "cdk.json"))
                raise
            self.why_not_run = f"it could not be run: {error.message}"
            return self.found(program)
        return self.run(program, made)

    def needs_base(self, program: Program) -> bool:
        """Whether base has the program and not what it makes: then both are run, for only what was made in the same
        way can be compared.
        """
        if self.baseline is None:
            return False
        base = replace(program, files=self.baseline.files)
        return base.made_at is not None and not base.is_synthesised

    def found(self, program: Program) -> Made:
        """The assembly among the files of a revision."""
        return self.read(program, program.files, str(program.root.resolve()))

    def run(self, program: Program, done: Synthesis) -> Made:
        return self.read(program, done.files, done.root)

    def read(self, program: Program, files: Files, root: str) -> Made:
        try:
            assembly = read_assembly(files, program.output)
        except UserError as error:
            error.path = self.told(program, error.path or program.output)
            raise
        return Made(program=program, assembly=assembly, files=files, roots=((root, ""),))

    def before(self, head: Made, baseline: Baseline, stack: ExitStack) -> Made | str | None:
        """What the program made in base; why nobody knows, or None where base has no such program."""
        folder = head.program.folder
        base = replace(head.program, files=baseline.files)
        if base.made_at is None and not base.is_synthesised:
            return None
        if head.files is head.program.files:
            if not base.is_synthesised:
                why = f"; {self.why_not_run}" if self.why_not_run else ""
                return f"the assembly that is judged is `{base.output}`, and base has none{why}"
            return self.found(base)
        try:
            done = synthesise_base(base.files, head.program.files, base.root, folder, base.output, self.permission)
            return self.run(base, stack.enter_context(done))
        except UserError as error:
            return f"base was not synthesised: {error.message}"

    def said_of(self, made: Made) -> Report:
        """What is to be said of an assembly as a whole."""
        told = self.told(made.program, made.program.output)
        missing = made.assembly.missing
        notices = []
        if missing:
            names = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
            notices.append(f"{told}: approximate: placeholders stand for what AWS was not asked ({names})")
        if made.files is made.program.files and (newer := newer_source(made)):
            place = self.told(made.program, newer)
            notices.append(f"{told}: older than `{place}`; run `cdk synth` again, or `--synthesise always`")
        errors = [
            replace(entry, path=self.told(made.program, entry.path))
            for problem in made.assembly.problems
            for entry in problems_of(problem, made.program.output)
        ]
        return Report(errors=tuple(errors), notices=tuple(notices))

    # judgement

    def alone(self, made: Made) -> Iterator[Report]:
        for stack in made.assembly.stacks:
            yield self.guarded(made, stack, None)

    def compared(self, head: Made, baseline: Baseline, stack: ExitStack) -> Iterator[Report]:
        base = self.before(head, baseline, stack)
        if isinstance(base, str):
            place = self.told(head.program, posixpath.join(head.program.folder, "cdk.json"))
            yield Report(notices=(f"{place}: what is new and what is old cannot be told apart: {base}",))
            yield from (unaged(report) for report in self.alone(head))
            return
        known = {} if base is None else {each.name: each for each in base.assembly.stacks}
        if base is not None:
            self.taken.update(each.path for each in known.values())
        for each in head.assembly.stacks:
            before = known.pop(each.name, None)
            yield self.guarded(head, each, None if base is None or before is None else (base, before))
        for each in known.values():
            if base is not None:
                yield self.gone(base, each, baseline)

    def guarded(self, made: Made, stack: SynthesisedStack, before: tuple[Made, SynthesisedStack] | None) -> Report:
        """What is to be said of one stack: one that cannot be read must not cost the others theirs."""
        try:
            world = self.world(made)
            head, tracers = world.open(stack), world.tracers
            if self.baseline is None:
                report = judge_alone(head, self.rules)
            else:
                base = None if before is None else self.world(before[0]).open(before[1])
                if before is not None:
                    tracers = (*tracers, *self.world(before[0]).tracers)
                alike = base is not None and base.template.source.text == head.template.source.text
                report = judge_pair(head, base, self.baseline, self.rules, alike=alike)
            return told_at_source(report, tracers, head.shown)
        except UserError as error:
            return Report(errors=problems_of(error, self.told(made.program, stack.path)))

    def gone(self, base: Made, stack: SynthesisedStack, baseline: Baseline) -> Report:
        """What is mended because a stack is no more."""
        try:
            world = self.world(base)
            opened = world.open(stack)
            return told_at_source(resolved(opened, baseline, self.rules), world.tracers, opened.shown)
        except UserError:
            return Report()

    def world(self, made: Made) -> World:
        """The templates of an assembly, read."""
        if id(made) not in self.worlds:
            opened: dict[str, Opened | UserError] = {}
            for stack in made.assembly.stacks:
                try:
                    opened[stack.path] = self.open(made, stack)
                except UserError as error:
                    opened[stack.path] = error
            self.worlds[id(made)] = self.connected(made, opened)
        return self.worlds[id(made)]

    def connected(self, made: Made, opened: dict[str, Opened | UserError]) -> World:
        """The templates with what is nested in what, and the way from each to the lines of its author."""
        authors = Authors(
            made.program.files, made.program.folder, made.roots, lambda path: self.told(made.program, path)
        )
        read = [(stack, each) for stack in made.assembly.stacks if isinstance(each := opened[stack.path], Opened)]
        parents = [
            Parent(
                files=each.files,
                path=each.path,
                shown=each.shown,
                regions=(),
                template=each.template,
                deployments=each.deployments,
            )
            for _, each in read
        ]
        nestings = Nestings(parents, self.rules)
        tracers = tuple(Tracer(each.template, stack, authors) for stack, each in read)
        return World({**opened, **{each.path: replace(each, nestings=nestings) for _, each in read}}, tracers)

    def open(self, made: Made, stack: SynthesisedStack) -> Opened:
        """A template of an assembly. Raises UserError."""
        told = self.told(made.program, stack.path)
        try:
            data = made.files.read(stack.path)
        except UserError as error:
            error.path = told
            raise
        if data is None:
            raise UserError("is not there, or no regular file; synthesise anew", path=told)
        problems: list[UserError] = []
        template = read_template(data, told, problems, named=True)
        if template is None:
            raise UserError("is no template", path=told)
        template.made_by = "cdk"
        regions = regions_of(self.below(made.program, stack.path), self.rules)
        known = stack.deployment
        ways = (known,) if known.region or not regions else tuple(replace(known, region=each) for each in regions)
        return Opened(
            files=made.files,
            path=stack.path,
            shown=told,
            regions=regions,
            template=template,
            problems=problems,
            construct=stack.name,
            deployments=ways,
        )

    # paths

    def told(self, program: Program, path: str) -> str:
        """A path of a revision as the user would write it."""
        return shown(os.path.relpath(program.root / path))

    def below(self, program: Program, path: str) -> str | None:
        full = program.root / path
        return full.relative_to(self.work_tree).as_posix() if full.is_relative_to(self.work_tree) else None


def find_program(files: Files, root: Path, path: str) -> Program | None:
    """The program that a `cdk.json` is of, or that made the assembly of a `manifest.json`. Raises UserError."""
    folder = posixpath.dirname(path)
    if posixpath.basename(path) == "cdk.json":
        output = output_of(files, folder)
        return None if output is None else Program(files=files, root=root, folder=folder, output=output)
    if not is_assembly(files, folder):
        return None
    project = posixpath.dirname(folder)
    while project and not files.has(posixpath.join(project, "cdk.json")):
        project = posixpath.dirname(project)
    if not project and not files.has("cdk.json"):
        project = posixpath.dirname(folder)
    return Program(files=files, root=root, folder=project, output=folder)


def newer_source(made: Made) -> str | None:
    """A file of the author that is newer than an assembly made of it; None too where the repository holds the assembly,
    whose files are as old as the checkout.
    """
    program = made.program
    authors = Authors(program.files, program.folder, made.roots, str)
    traces = (each.frames for stack in made.assembly.stacks for each in stack.constructs.values())
    paths = dict.fromkeys(path for frames in traces for frame in frames if (path := authors.find(frame.path)))
    try:
        age = (program.root / program.output / MANIFEST).stat().st_mtime
        newer = next((path for path in paths if (program.root / path).stat().st_mtime > age), None)
        repository = find_repository(program.root) if newer is not None else None
        return None if repository is not None and repository.holds(program.output) else newer
    except (OSError, UserError):
        return None
