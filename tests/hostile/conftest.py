"""A GitHub, and jobs of a workflow on it, as those of the contract tests."""

from pathlib import Path

import pytest

from ..contract.conftest import Clock, clock, hub, server  # noqa: TID252
from ..contract.hub import Hub  # noqa: TID252
from ..contract.server import Server  # noqa: TID252
from ..contract.workflow import Job  # noqa: TID252

__all__ = ["clock", "hub", "server"]


@pytest.fixture
def job(hub: Hub, server: Server, clock: Clock, tmp_path: Path) -> Job:
    folder = tmp_path / "runner"
    folder.mkdir()
    return Job(hub, server, clock, folder)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workspace without a checkout."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    monkeypatch.chdir(folder)
