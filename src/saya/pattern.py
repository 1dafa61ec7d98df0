"""Regular expressions that are compiled when they are first used: most runs need few of them, and compiling all costs
more than a small template.
"""

from __future__ import annotations

import re
from typing import Any, cast


class _Lazy:
    """Stands for a compiled pattern, and becomes one at the first use of any of its methods."""

    def __init__(self, source: str, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        # Kept on the instance, so that the next use finds the compiled pattern's own method.
        found = self.__dict__[name] = getattr(re.compile(self._source, self._flags), name)
        return found


def pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    """What `re.compile` gives, compiled at the first use; a wrong pattern raises re.error only then."""
    return cast("re.Pattern[str]", _Lazy(source, flags))
