"""Whether two texts with holes differ whatever the holes are."""

from __future__ import annotations

from saya.model.value import Part, Text, Unknown


def certainly_differ(one: Text, other: Text) -> bool:
    """Whether two texts differ whatever their holes are."""
    left, right = one.reference, other.reference
    if left is not None and right is not None and left.kind == right.kind == "resource":
        return left != right
    holes, others = (tuple(part.hole for part in text.parts if part.hole is not None) for text in (one, other))
    if holes == others and not any(isinstance(hole, Unknown) for hole in holes):
        return True
    return _conflict(one.parts, other.parts) or _conflict(one.parts[::-1], other.parts[::-1], backwards=True)


def _conflict(one: tuple[Part, ...], other: tuple[Part, ...], *, backwards: bool = False) -> bool:
    """Whether the literals before the first holes contradict each other; after the last ones, `backwards`."""
    starts = []
    for parts in (one, other):
        text = ""
        for part in parts:
            if part.hole is not None:
                break
            text += part.text[::-1] if backwards else part.text
        starts.append((text, all(part.hole is None for part in parts)))
    (left, left_whole), (right, right_whole) = starts
    shared = min(len(left), len(right))
    if left[:shared] != right[:shared]:
        return True
    return (left_whole and len(right) > len(left)) or (right_whole and len(left) > len(right))
