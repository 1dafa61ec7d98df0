"""Check the three states of the application with the command as users run it, and hold them against expected.yml.

Exit code 0 if every state gives what is expected of it, else 1.
"""

import json
import subprocess
import sys
from pathlib import Path

import yaml

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

STORY = {
    "before": "An application on x86_64. It works; two callers reach the function with nothing between them.",
    "careless": "A careless move to arm64: the extension is the one for x86_64, and one caller was forgotten.",
    "correct": "The correct move. Nothing is wrong with the template, so nothing is found in it.",
}

AFTERWORD = """\
And yet deploying `correct` over `before` breaks live traffic for some seconds: CloudFormation changes the architecture
of the function in one call and its layers in another, while the callers that are deployed still reach it directly.
No single template shows that. Comparing the two does, and a review of the pull request says so on the line. Both
reviews, as they would be posted:
"""

# What each review must say; the whole of it is in tests/snapshots.
REVIEWS = {"correct": "lambda-non-atomic-update", "careless": "lambda-layer-architecture"}
SUGGESTED = ["careless"]


def main() -> int:
    """Run the demonstration."""
    expected = yaml.safe_load((HERE / "expected.yml").read_text(encoding="utf-8"))
    wrong = []
    for state, story in STORY.items():
        template = (HERE / state / "template.yaml").relative_to(ROOT).as_posix()
        print(f"--- {state}: {story}\n\n$ saya check {template}", flush=True)
        code = run(["check", template]).returncode
        report = json.loads(run(["check", template, "--format", "json"], capture=True).stdout)
        wrong += [f"{state}: {line}" for line in differences(expected[state], code, report)]
        print(f"(exit code {code})\n", flush=True)
    print(AFTERWORD)
    for state, policy in REVIEWS.items():
        told = tell_review(state)
        wrong += [] if f"<sub>`{policy}`</sub>" in told else [f"{state}: no comment of {policy}"]
        wrong += [] if (state in SUGGESTED) == ("```suggestion\n" in told) else [f"{state}: suggestions"]
    if wrong:
        print("\nNot what examples/arm64-migration/expected.yml says:\n  " + "\n  ".join(wrong))
    return 1 if wrong else 0


def tell_review(state: str) -> str:
    """Print the review of a state over the one before, write it as a page too, and return it."""
    head, base = ((HERE / name).relative_to(ROOT).as_posix() for name in (state, "before"))
    command = ["preview", head, "--base", base]
    page = Path(".saya", f"review-{state}.html")
    (ROOT / page).parent.mkdir(exist_ok=True)
    review = run(command, capture=True).stdout
    print(f"$ saya {' '.join(command)}\n\n{review}", flush=True)
    run([*command, "--html", page.as_posix()]).check_returncode()
    print(f"(as a page: {page})\n", flush=True)
    return review


def run(arguments: list[str], *, capture: bool = False) -> "subprocess.CompletedProcess[str]":
    """Run `saya` at the top of the repository."""
    command = [sys.executable, "-m", "saya", *arguments]
    return subprocess.run(command, cwd=ROOT, text=True, encoding="utf-8", check=False, capture_output=capture)


def differences(expected: dict, code: int, report: dict) -> list[str]:
    """What was expected and is not so, and what is so and was not expected."""
    found = [
        {**{key: finding[key] for key in ("policy", "severity", "resource")}, "line": finding["location"]["start_line"]}
        for finding in report["findings"]
    ]
    lines = [f"missing: {entry}" for entry in expected["findings"] if entry not in found]
    lines += [f"unexpected: {entry}" for entry in found if entry not in expected["findings"]]
    lines += [f"problem: {problem['message']}" for problem in report["errors"]]
    lines += [f"undecided: {entry['reasons']}" for entry in report["undecided"]]
    if code != expected["exit"]:
        lines.append(f"exit code {code} instead of {expected['exit']}")
    return lines


if __name__ == "__main__":
    sys.exit(main())
