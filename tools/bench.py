"""How fast Saya is, as ratios against cfn-lint in one run: `make bench`.

Both are installed from their distributions into environments of their own (`--environments`), with compiled modules,
and timed as whole processes in turn, so that a busy machine slows both. Three jobs: one small template, a megabyte of
synthesised JSON, and a folder of a hundred real templates. Medians are told; nothing here passes or fails.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CFN_LINT = "cfn-lint==1.58.0"
SMALL = ROOT / "examples" / "arm64-migration" / "careless" / "template.yaml"
REAL = ROOT / "tests" / "corpus" / "templates"


def main() -> int:
    """Install both, time them, and tell the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environments", type=Path, default=ROOT / ".bench", help="where both are installed")
    parser.add_argument("--templates", type=Path, default=REAL, help="the folder of real templates")
    parser.add_argument("--runs", type=int, default=15, help="runs of the small job (the large ones: at most 3)")
    given = parser.parse_args()
    saya = _installed(given.environments / "saya", "saya", str(ROOT))
    lint = _installed(given.environments / "cfn-lint", "cfn-lint", CFN_LINT)
    real = sorted(
        str(path) for path in given.templates.iterdir() if path.suffix in (".json", ".yaml", ".yml", ".template")
    )[:100]
    bare = [str(given.environments / "saya" / "bin" / "python"), "-c", "pass"]
    print(f"{'a Python that does nothing':32} {statistics.median(_timed(bare) for _ in range(20)):12.3f} s")
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "large.json"
        large.write_text(synthesised(1_000_000), encoding="utf-8")
        _tell("one small template", given.runs, [saya, "check", str(SMALL)], [lint, str(SMALL)])
        _tell(
            f"{large.stat().st_size:,} bytes of JSON",
            min(given.runs, 3),
            [saya, "check", str(large)],
            [lint, str(large)],
        )
        _tell(f"{len(real)} real templates", min(given.runs, 3), [saya, "check", *real], [lint, *real])
    return 0


def _installed(environment: Path, command: str, requirement: str) -> str:
    """The command of a requirement, in an environment of its own; this project anew each time."""
    python = environment / "bin" / "python"
    if not python.exists():
        venv.create(environment, with_pip=True)
    if requirement == str(ROOT) or not (environment / "bin" / command).exists():
        arguments = (
            ["--quiet", "--disable-pip-version-check", "--force-reinstall"] if requirement == str(ROOT) else ["--quiet"]
        )
        subprocess.run([python, "-m", "pip", "install", *arguments, requirement], check=True)
    return str(environment / "bin" / command)


def _tell(job: str, runs: int, ours: list[str], theirs: list[str]) -> None:
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs + 1):
        for seconds, command in zip(times, (ours, theirs), strict=True):
            seconds.append(_timed(command))
    # The first run of each warms the file cache.
    one, other = (statistics.median(seconds[1:]) for seconds in times)
    print(f"{job:32} saya {one:7.3f} s   cfn-lint {other:8.3f} s   {other / one:6.1f} times faster")


def _timed(command: list[str]) -> float:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, check=False)
    return time.perf_counter() - start


def synthesised(size: int) -> str:
    """A template of about `size` bytes, of the kind that synthesis makes: functions, roles, permissions, rules, one
    line a value.
    """
    resources: dict[str, object] = {}
    number, length = 0, 0
    while length < size:
        service = _service(number)
        resources.update(service)
        length += len(json.dumps(service, indent=1)) + 60
        number += 1
    return json.dumps({"Resources": resources}, indent=1)


def _service(number: int) -> dict[str, object]:
    name = f"Service{number:05}"
    function = {"Fn::GetAtt": [f"{name}Function", "Arn"]}
    return {
        f"{name}Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Action": "sts:AssumeRole",
                            "Effect": "Allow",
                            "Principal": {"Service": "lambda.amazonaws.com"},
                        }
                    ],
                },
                "ManagedPolicyArns": [
                    {
                        "Fn::Join": [
                            "",
                            [
                                "arn:",
                                {"Ref": "AWS::Partition"},
                                ":iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
                            ],
                        ]
                    }
                ],
            },
            "Metadata": {"aws:cdk:path": f"Stack/{name}/ServiceRole/Resource"},
        },
        f"{name}Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Code": {
                    "S3Bucket": {"Fn::Sub": "assets-${AWS::AccountId}-${AWS::Region}"},
                    "S3Key": f"{number:064x}.zip",
                },
                "Handler": "index.handler",
                "Role": {"Fn::GetAtt": [f"{name}Role", "Arn"]},
                "Runtime": "nodejs22.x",
                "Environment": {"Variables": {"QUEUE": {"Ref": f"{name}Queue"}, "STAGE": "prod"}},
            },
            "DependsOn": [f"{name}Role"],
            "Metadata": {"aws:cdk:path": f"Stack/{name}/Resource", "aws:asset:path": f"asset.{number:064x}"},
        },
        f"{name}Queue": {"Type": "AWS::SQS::Queue", "Properties": {"SqsManagedSseEnabled": True}},
        f"{name}Mapping": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
                "EventSourceArn": {"Fn::GetAtt": [f"{name}Queue", "Arn"]},
                "FunctionName": {"Ref": f"{name}Function"},
            },
        },
        f"{name}Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {"ScheduleExpression": "rate(1 hour)", "Targets": [{"Arn": function, "Id": "Target0"}]},
        },
        f"{name}Permission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": function,
                "Principal": "events.amazonaws.com",
                "SourceArn": {"Fn::GetAtt": [f"{name}Rule", "Arn"]},
            },
        },
    }


if __name__ == "__main__":
    sys.exit(main())
