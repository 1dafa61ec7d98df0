"""The Serverless Framework, installed from the example's lock file: what it packages is what the fixtures have."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from .packages import portable

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "serverless"
FIXTURES = ROOT / "tests" / "fixtures" / "serverless"
SERVICES = ["parcels", *sorted(path.parent.name for path in FIXTURES.glob("*/packaged.json"))]
SEARCH = "/usr/local/bin:/usr/bin:/bin"


@pytest.fixture(scope="module")
def framework():
    """The program, installed as a user installs it."""
    with tempfile.TemporaryDirectory(prefix="serverless-") as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(EXAMPLE / name, folder)
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, check=True)
        yield Path(folder, "node_modules", "serverless", "bin", "serverless.js")


@pytest.fixture(scope="module", params=SERVICES)
def service(request, framework):
    """A copy of a service that is packaged, without credentials and without AWS."""
    source = EXAMPLE if request.param == "parcels" else FIXTURES / request.param
    with tempfile.TemporaryDirectory(prefix="service-") as made:
        folder = Path(made, request.param)
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("node_modules", ".serverless", "packaged.json"))
        environment = {
            "PATH": SEARCH,
            "HOME": made,
            "CI": "1",
            "SLS_TELEMETRY_DISABLED": "1",
            "SLS_NOTIFICATIONS_MODE": "off",
            "AWS_ACCESS_KEY_ID": "none",
            "AWS_SECRET_ACCESS_KEY": "none",
            "NODE_OPTIONS": f"--require {ROOT / 'tests' / 'real' / 'aws.cjs'}",
        }
        subprocess.run(["node", str(framework), "package"], cwd=folder, env=environment, check=True)
        yield folder


def test_the_fixtures_are_what_is_packaged(service):
    fixture = FIXTURES / ("parcels.json" if service.name == "parcels" else f"{service.name}/packaged.json")
    assert portable(service) == fixture.read_text(encoding="utf-8")


def test_a_package_changes_no_finding(service):
    """Without plugins the service says all that its package does, at the same lines."""
    seen = findings(service)
    shutil.rmtree(service / ".serverless")
    assert findings(service) == seen != []


def findings(folder: Path) -> list[tuple[str, str, int, str]]:
    command = [sys.executable, "-m", "saya", "check", ".", "--format", "json"]
    done = subprocess.run(command, cwd=folder, env={"PATH": SEARCH}, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert report["errors"] == []
    return sorted(
        (each["policy"], each["location"]["path"], each["location"]["start_line"], each["message"])
        for each in report["findings"]
    )
