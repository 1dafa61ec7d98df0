from collections.abc import Iterator

import pytest

from saya.github.client import Client
from saya.github.transport import Timing, Transport

from .hub import Hub
from .server import Server

TIMING = Timing(requests=0, writes=0, timeout=20, patience=120)
HURRIED = TIMING._replace(timeout=1)  # for faults that are a delay


class Clock:
    """What would have been slept, and the lines that were logged."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.lines: list[str] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def server(hub: Hub) -> Iterator[Server]:
    """A GitHub that listens. Whatever its description has against an exchange fails the test."""
    with Server(hub) as server:
        yield server
    assert not server.objections, "\n".join(server.objections)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def transport(server: Server, clock: Clock) -> Iterator[Transport]:
    with Transport("token", server.url, log=clock.lines.append, timing=TIMING, sleep=clock.sleep) as transport:
        yield transport


@pytest.fixture
def client(transport: Transport, hub: Hub) -> Client:
    return Client(transport, hub.name)
