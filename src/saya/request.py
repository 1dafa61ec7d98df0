"""What a run is asked for: paths, rules and a base, from the command line and the configuration in force."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from saya.errors import ConfigError, UserError
from saya.judging import Rules
from saya.record import record
from saya.selection import choose, load_configured
from saya.settings import CONFIG_PATH, Config, Synthesise
from saya.sources.base import Candidate, Deployment, Files
from saya.sources.workspace import decode, path_below, read_bytes, tree_root

if TYPE_CHECKING:
    from saya.sources.baseline import Baseline


@record(kw_only=True)
class Request:
    """What is to be judged, and by what.

    Attributes:
        paths: files and folders.
        rules: what they are judged by.
        root: the root of the work tree.
        baseline: what they are compared with; None where every finding is new.
        without_base: why there is nothing to compare with although it was asked for: no finding has an age then.
        notices: what is to be said before all else.
        mode: whether programs that make templates are to be run.
        search: the folders that they are looked for in, as PATH has them.
        ours, never: what is known of the head, as in `saya.sources.permission.Trust`.
    """

    paths: tuple[str, ...]
    rules: Rules
    root: Path
    baseline: Baseline | None = None
    without_base: UserError | None = None
    notices: tuple[str, ...] = ()
    mode: Synthesise = "off"
    search: str = os.defpath
    ours: bool | None = None
    never: str = ""


def find_root(paths: Iterable[str]) -> Path:
    """The root of the work tree that the first path stands in; without one, the folder that the path is or lies in."""
    first = Path(os.path.realpath(next(iter(paths), ".")))  # what is no path is told where it is read
    return tree_root(first if os.path.isdir(first) else first.parent)  # noqa: PTH112 - False where nobody may look


def open_base(
    given: str, paths: tuple[str, ...], root: Path, *, merge_base: bool = False, regions: tuple[str, ...] = ()
) -> Baseline:
    """What `--base` names. Raises BaseUnavailableError where a deployed stack cannot be read, else UserError."""
    from saya.sources.baseline import open_document, open_path, open_revision
    from saya.sources.revision import read_base

    base = read_base(given, root)
    if merge_base and base.kind != "git":
        raise ConfigError(f"`{given}` has no merge base; that is for revisions")
    if base.kind == "git":
        return open_revision(base.name, root, merge_base=merge_base)
    if base.kind == "path":
        return open_path(base.name, paths)
    if len(paths) != 1 or len(regions) > 1:
        raise ConfigError(f"the base `{given}` is one stack in one region; name one template and at most one --region")
    from saya.aws.stacks import read_stack

    stack = read_stack(base.name, *regions)
    deployment = Deployment(stack.name, stack.region, stack.parameters, f"stack:{stack.name}")
    return open_document(f"stack:{stack.name}", stack.template, paths[0], deployment)


def load_config(root: Path, base: Files | None = None) -> Config:
    """The configuration of a work tree, or that of a base revision; the default one where it has none.

    Raises UserError.
    """
    path = root / CONFIG_PATH
    if base is not None:
        data, shown = base.read(CONFIG_PATH), f"{CONFIG_PATH} (in base)"
    else:
        shown = path.as_posix()
        if path.parent.is_symlink():
            raise ConfigError("is reached by a symbolic link; make its folder a regular one", path=shown)
        data = read_bytes(Candidate(path, shown, named=True)) if _has_config(root, shown) else None
    if data is None:
        return Config()
    from saya.config_file import read_config

    return read_config(decode(data, shown))


def _has_config(root: Path, shown: str) -> bool:
    """Whether a work tree has a configuration. One in which nobody may look has none: it is told where it is read."""
    try:
        return os.access(root, os.X_OK) and (root / CONFIG_PATH).is_file()
    except OSError as error:
        raise ConfigError(f"cannot be read: {(error.strerror or 'unknown').lower()}", path=shown) from None


def unmerged(baseline: Baseline, config: Config, root: Path, directories: Iterable[str]) -> tuple[str, ...]:
    """A notice where head changes what base configures: the configuration, or the policies in its folders or these."""
    if not baseline.configures:
        return ()
    named = [root / entry.value for entry in config.policies] + list(map(Path, directories))
    folders = [below for path in named if (below := path_below(path, root)) is not None]
    changed = sorted(
        path
        for path in baseline.changed or ()
        if path == CONFIG_PATH or any(not folder or path.startswith(f"{folder}/") for folder in folders)
    )
    if not changed:
        return ()
    rest = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    return (f"{changed[0]}{rest}: what this change configures takes effect after it is merged",)


class Choices(Protocol):
    """What a user chose on the command line, or in the inputs of the action."""

    @property
    def paths(self) -> Sequence[str]: ...
    @property
    def policies(self) -> Sequence[str]: ...
    @property
    def select(self) -> Sequence[str]: ...
    @property
    def ignore(self) -> Sequence[str]: ...
    @property
    def region(self) -> Sequence[str]: ...
    @property
    def parameter(self) -> Sequence[tuple[str, str]]: ...
    @property
    def synthesise(self) -> Synthesise | None: ...


def make_request(
    choices: Choices,
    root: Path,
    baseline: Baseline | None = None,
    without_base: UserError | None = None,
    *,
    search: str = os.defpath,
    listing: bool = False,
) -> Request:
    """What a user asks for. Configuration and policies are those of base, where that configures. Raises UserError.

    Whether programs are run always is for the command line or base to say, never for the tree that they are in.
    `search` is where they are looked for, as PATH has it; `listing` says whether the report lists the invocations too.
    """
    base = baseline.files if baseline is not None and baseline.configures else None
    config = load_config(root, base)
    loaded = load_configured(config, root, choices.policies, base=base)
    rules = Rules(
        policies=choose(loaded, config, choices.select, choices.ignore),
        known=frozenset(policy.id for policy in loaded),
        today=date.today(),  # noqa: DTZ011 - a suppression ends where its reader is
        regions=tuple(choices.region),
        parameters=tuple(choices.parameter),
        config=config,
        listing=listing,
    )
    return Request(
        paths=tuple(choices.paths),
        rules=rules,
        root=root,
        baseline=baseline,
        without_base=without_base,
        mode=choices.synthesise or (config.synthesise if base is not None or config.synthesise == "off" else "auto"),
        search=search,
        notices=() if baseline is None else unmerged(baseline, config, root, choices.policies),
    )
