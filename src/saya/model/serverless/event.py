"""An event of a function, as its author wrote it."""

from __future__ import annotations

from collections.abc import Callable

from saya.model.serverless.functions import Function, Resources
from saya.model.serverless.nodes import below
from saya.record import NamedTuple
from saya.text.node import Node, ScalarNode


class Event(NamedTuple):
    """An event: its settings, the node that names its type, its number among the function's events of that type, and
    its position among all of them.
    """

    function: Function
    settings: Node
    at: ScalarNode
    number: int
    position: int

    @property
    def target(self) -> Node:
        return self.function.target(self.at)

    def setting(self, *names: str) -> Node | None:
        return below(self.settings, *names)


Compile = Callable[[Event, Resources], None]
