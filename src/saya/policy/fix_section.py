"""The `fixes` of a policy: templates of edits, checked like everything else."""

from __future__ import annotations

from typing import cast

from saya.policy.clauses import Clauses
from saya.policy.language import EditTemplate, FixTemplate, Safety
from saya.policy.reader import Reader, described, listed, suggestion
from saya.text.node import MappingNode, Node, ScalarNode, SequenceNode

# Per action, what else an edit has: all of it required.
EDITS: dict[str, tuple[str, ...]] = {
    "replace": ("with",),
    "set": ("key", "to"),
    "rewrite": ("from", "to"),
    "remove": (),
    "rename": ("key",),
    "add": ("item",),
    "move": ("to",),
    "declare": ("as",),
}
SAFETIES: tuple[Safety, ...] = ("safe", "unsafe", "manual")
_CONTENT = {"replace": "with", "set": "to", "add": "item", "move": "to", "declare": "as"}


class FixSection:
    """Reads the items of `fixes`."""

    def __init__(self, reader: Reader, clauses: Clauses) -> None:
        self.reader = reader
        self.clauses = clauses

    def read(self, node: Node) -> FixTemplate | None:
        """One fix; None where a problem was noted."""
        required = ("title", "safety", "edits")
        mapping = self.reader.mapping(node, "a fix", (*required, "where"), required)
        if mapping is None:
            return None
        title = self.reader.template(mapping.get("title"), "`title`")
        safety = self.reader.word(mapping.get("safety"), "`safety`", SAFETIES)
        where = self.clauses.tree(mapping.get("where"), "`where`")
        edits_node = mapping.get("edits")
        items = self.reader.items(edits_node, "`edits`") if edits_node is not None else []
        edits = tuple(edit for item in items if (edit := self._edit(item)) is not None)
        if title is None or safety is None:
            return None
        return FixTemplate(" ".join(title.split()), cast("Safety", safety), where, edits, node.location)

    def _edit(self, node: Node) -> EditTemplate | None:
        if not isinstance(node, MappingNode):
            self.reader.problem(node, f"an edit is a mapping with {listed(tuple(EDITS), 'or')}, not {described(node)}")
            return None
        actions = [name for name in node.entries if name in EDITS]
        if len(actions) != 1:
            near = suggestion(next(iter(node.entries), ""), tuple(EDITS), "") if not actions else ""
            self.reader.problem(node, f"an edit has one of {listed(tuple(EDITS), 'or')}{near}")
            return None
        [action] = actions
        rest = EDITS[action]
        self.reader.mapping(node, f"the edit `{action}`", (action, *rest), rest)
        at = self._place(node, action)
        if at is None:
            return None
        if action == "rewrite":
            return self._rewrite(node, at)
        named = node.get("declare" if action == "declare" else "key")
        key = self.reader.template(named, "`key`") or ""
        return EditTemplate(action, at, key, self._content(node.get(_CONTENT.get(action, ""))))  # type: ignore[arg-type]

    def _place(self, node: MappingNode, action: str) -> tuple[str, ...] | None:
        """What an edit is made at: a place; `move`: places, a list of records; `declare`: nothing that is there."""
        if action == "declare":
            return ()
        if action == "move":
            return self.reader.list_of_places(node.get(action), f"`{action}`")
        return self.reader.place(node.get(action), f"`{action}`")

    def _rewrite(self, node: MappingNode, at: tuple[str, ...]) -> EditTemplate | None:
        old = self.reader.template(node.get("from"), "`from`")
        to = node.get("to")
        empty = isinstance(to, ScalarNode) and to.kind == "str" and not to.text
        new = "" if empty else self.reader.template(to, "`to`")
        return None if old is None or new is None else EditTemplate("rewrite", at, old=old, new=new)

    def _content(self, node: Node | None) -> object:
        """A node as plain data, the placeholders of its strings and keys checked."""
        if isinstance(node, MappingNode):
            for key in node.keys.values():
                self.reader.placeholders(key)
            return {key: self._content(value) for key, value in node.entries.items()}
        if isinstance(node, SequenceNode):
            return [self._content(item) for item in node.items]
        if not isinstance(node, ScalarNode) or node.kind == "null":
            return None
        if node.kind == "str":
            self.reader.placeholders(node)
            return node.text
        if node.kind == "bool":
            return node.text.lower() == "true"
        return int(node.text) if node.kind == "int" else float(node.text)
