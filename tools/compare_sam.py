"""Compare the facts of SAM templates as Saya reads them with those of what aws-sam-translator makes of them.

    python tools/compare_sam.py FOLDER...

One line for each template: equal, or different with the facts that only one of the two has, or why SAM refuses it.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from sam_oracle import compare, is_sam
from saya.sources.attached import AttachedFiles
from saya.sources.workspace import SUFFIXES, Folder

TRANSFORM = "Transform: AWS::Serverless-2016-10-31"


def main(arguments: list[str]) -> int:
    """Compare; 1 where a template differs."""
    counts: Counter[str] = Counter()
    for path in sorted({path for given in arguments for path in _files(Path(given))}):
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        if not is_sam(text):
            text = f"{TRANSFORM}\n{text}"  # the translator's own test inputs leave it out
            if "AWS::Serverless::" not in text or not is_sam(text):
                continue
        verdict, told = _verdict(text, AttachedFiles(Folder(path.parent), path.name, path.name))
        counts[verdict] += 1
        print(f"{path}: {verdict}", *told, sep="\n    ")
    print(*(f"{count} {verdict}" for verdict, count in sorted(counts.items())), sep=", ")
    return 1 if counts["different"] else 0


def _files(given: Path) -> list[Path]:
    return (
        [path for path in given.rglob("*") if path.suffix in SUFFIXES and path.is_file()] if given.is_dir() else [given]
    )


def _verdict(text: str, files: AttachedFiles) -> tuple[str, list[str]]:
    try:
        differences = compare(text, files)
    except Exception as error:  # noqa: BLE001 - what SAM does not take is not compared
        causes = [cause.message for cause in getattr(error, "causes", ())]
        return "refused by SAM", causes or [f"{type(error).__name__}: {error}"]
    told = list(map(str, differences))
    if not differences:
        return "equal", told
    if any(each.is_of_one and not each.is_undecided for each in differences):
        return "different", told
    if any(each.is_undecided for each in differences):
        return "equal but undecided where a definition is elsewhere", told
    return "equal but for their number", told


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
