"""Take the payloads that the tests need from GitHub's published webhook examples, without their many URLs.

npm pack @octokit/webhooks-examples@7.6.1        # MIT
tar xf octokit-webhooks-examples-*.tgz
python tools/prune_webhook_examples.py package/api.github.com/index.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "tests" / "fixtures" / "github"

# The file to write: the event, and which of its examples.
WANTED = {
    "pull_request.opened": ("pull_request", 12),
    "pull_request.synchronize": ("pull_request", 22),
    "pull_request.closed": ("pull_request", 3),
    "merge_group.checks_requested": ("merge_group", 0),
    "push": ("push", 4),
    "workflow_dispatch": ("workflow_dispatch", 0),
    "workflow_run.completed": ("workflow_run", 1),
}


def prune(value: Any) -> Any:
    """The value without URLs and without the workflow's own text."""
    if isinstance(value, list):
        return [prune(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: prune(inner) for key, inner in value.items() if not key.endswith("url") and key != "_links"}


def main() -> None:
    events = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    examples = {event["name"]: event["examples"] for event in events}
    for name, (event, index) in WANTED.items():
        text = json.dumps(prune(examples[event][index]), indent=1, sort_keys=True)
        (TARGET / f"{name}.json").write_text(text + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
