"""A program that makes templates and wants more: our secrets, our machine, our time."""

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from saya.cli import main
from saya.errors import SynthesisError, UserError
from saya.sources.child import run_child
from saya.sources.synthesis import Permission, synthesise

ROOT = Path(__file__).parents[2]
ASSEMBLY = ROOT / "tests" / "fixtures" / "cdk" / "python"
PYTHON = "/usr/bin/python3" if os.geteuid() == 0 else sys.executable  # root's own is not for everybody

# What the tests ask of the machine: as root, what the program may do is held to more.
AS_ROOT = os.geteuid() == 0

SLEEP = ["python", "-c", "import time; time.sleep(3600)"]

FORK = ["python", "-c", "import os, time\nwhile True:\n    if os.fork(): time.sleep(0.05); os._exit(0)"]

MAKE = """
import os, shutil
shutil.copytree({assembly!r}, os.environ["CDK_OUTDIR"], dirs_exist_ok=True)
"""


@pytest.fixture
def project():
    """A folder that everybody may read: the fixtures of pytest belong to whoever runs it."""
    with tempfile.TemporaryDirectory(prefix="project-") as folder:
        path = Path(folder).resolve()
        path.chmod(0o755)
        yield path


@pytest.fixture
def assembly(project):
    shutil.copytree(ASSEMBLY, project / "made-before")
    return project / "made-before"


def write(project: Path, assembly: Path, code: str) -> None:
    (project / "app.py").write_text(MAKE.format(assembly=str(assembly)) + code)
    (project / "cdk.json").write_text(json.dumps({"app": f"{PYTHON} app.py"}))


def permission(timeout: float = 20.0) -> Permission:
    return Permission(granted=True, always=True, search="/usr/local/bin:/usr/bin:/bin", timeout=timeout)


def run(project: Path, timeout: float = 20.0) -> dict[str, str]:
    with synthesise(project, "", "cdk.out", permission(timeout)) as made:
        return {path: (made.files.read(path) or b"").decode() for path in made.files.below("")}


def processes(mark: str) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark.encode() in path.read_bytes():
                found.append(path.parent.name)
        except OSError:
            continue
    return found


REPORT = """
import json
open(os.path.join(os.environ["CDK_OUTDIR"], "seen.json"), "w").write(json.dumps(seen))
"""


def test_it_is_told_nothing_of_ours(project, assembly, monkeypatch):
    token = secrets.token_hex(16)
    for name in (
        "GITHUB_TOKEN",
        "INPUT_GITHUB-TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "ACTIONS_RUNTIME_TOKEN",
        "NPM_TOKEN",
        "X",
    ):
        monkeypatch.setenv(name, token)
    write(project, assembly, "seen = dict(os.environ)" + REPORT)
    seen = json.loads(run(project)["cdk.out/seen.json"])
    assert token not in json.dumps(seen)
    assert not [name for name in seen if name.startswith(("GITHUB_", "ACTIONS_", "INPUT_", "RUNNER_", "NPM_"))]
    assert [name for name in seen if name.startswith("AWS_")] == ["AWS_EC2_METADATA_DISABLED"]
    assert seen["HOME"] != os.environ.get("HOME")


def test_our_environment_and_memory_are_closed_to_it(project, assembly):
    """In a process of its own, whose environment has held the secret from its start."""
    token = secrets.token_hex(16)
    code = """
import glob
seen = []
for kind in ("environ", "mem", "maps"):
    path = "/proc/%s/%s" % (open("ours").read(), kind)
    try:
        with open(path, "rb") as file:
            file.read(1)
        seen.append(path)
    except OSError:
        pass
for path in glob.glob("/proc/[0-9]*/environ"):
    try:
        text = open(path, "rb").read()
    except OSError:
        continue
    if b"SECRET_OF_THIS_TEST=" in text:
        seen.append(path)
"""
    write(project, assembly, code + REPORT)
    script = f"""
import sys, json
sys.path[:0] = [{str(ROOT / "src")!r}]
import os
from pathlib import Path
from saya.sources.synthesis import Permission, synthesise
Path({str(project / "ours")!r}).write_text(str(os.getpid()))
with synthesise(Path({str(project)!r}), "", "cdk.out", Permission(granted=True, search="/usr/bin:/bin")) as made:
    print(made.files.read("cdk.out/seen.json").decode())
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"SECRET_OF_THIS_TEST": token, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == []
    assert token not in done.stdout + done.stderr


@pytest.mark.parametrize("how", ["fork", "session", "twice"])
def test_what_it_leaves_running_is_ended(project, assembly, how):
    mark = f"leftover-{secrets.token_hex(8)}"
    fork = {
        "fork": "pid = os.fork()",
        "session": "pid = os.fork()\nif pid == 0: os.setsid()",
        "twice": "pid = os.fork()\nif pid == 0:\n    os.setsid()\n    if os.fork(): os._exit(0)",
    }[how]
    code = f"{fork}\nif pid == 0:\n    os.execv({PYTHON!r}, {SLEEP!r} + [{mark!r}])\nimport time; time.sleep(0.3)"
    write(project, assembly, code)
    started = time.monotonic()
    run(project)
    assert time.monotonic() - started < 10, "a child that keeps the output open holds nobody up"
    assert processes(mark) == []


def test_one_that_sleeps_is_ended_in_time(project, assembly):
    mark = f"sleeper-{secrets.token_hex(8)}"
    write(
        project,
        assembly,
        f"os.execv({PYTHON!r}, {SLEEP!r} + [{mark!r}])",
    )
    started = time.monotonic()
    with pytest.raises(SynthesisError, match="longer than 1 s"):
        run(project, timeout=1.0)
    assert time.monotonic() - started < 8
    assert processes(mark) == []


def test_one_that_talks_without_end_fills_no_memory(project, assembly):
    write(project, assembly, "\nwhile True: os.write(1, b'x' * 65536)")
    with pytest.raises(SynthesisError) as caught:
        run(project, timeout=1.0)
    assert sum(map(len, caught.value.tail)) < 5_000


def test_one_that_forks_without_end_is_ended(project, assembly):
    if not AS_ROOT:
        return  # the limit on processes counts all of a user's, so that only a user of its own can have one
    mark = f"many-{secrets.token_hex(8)}"
    code = f"""
import time
for _ in range(60):
    if os.fork() == 0:
        os.setsid()
        os.execv({PYTHON!r}, {FORK!r} + [{mark!r}])
"""
    write(project, assembly, code)
    run(project)
    assert processes(mark) == []


def test_it_writes_nothing_that_stays(project, assembly):
    name = f"left-{secrets.token_hex(8)}"
    places = [
        f"/tmp/{name}",
        f"/var/tmp/{name}",
        f"/dev/shm/{name}",
        f"{project}/{name}",
        f"{ROOT}/{name}",
        f"/etc/{name}",
    ]
    code = f"""
for path in {places!r}:
    try: open(path, "w").write("x")
    except OSError: pass
"""
    if not AS_ROOT:
        return  # it runs as whoever runs us, and writes where that person may
    write(project, assembly, code)
    run(project)
    assert [path for path in places if Path(path).exists()] == []


def test_files_and_sockets_that_are_not_for_everybody_are_closed_to_it(project, assembly):
    if not AS_ROOT:
        return
    import socket

    (project / ".git").mkdir()
    (project / ".git" / "config").write_text("token")
    (project / ".git" / "config").chmod(0o600)
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(project / "docker.sock"))
    server.listen()
    (project / "docker.sock").chmod(0o660)
    code = """
import socket
seen = [os.getuid(), os.getgid(), os.getgroups()]
for act in (
    lambda: open(".git/config"),
    lambda: socket.socket(socket.AF_UNIX).connect("docker.sock"),
    lambda: os.setuid(0),
):
    try: act(); seen.append("open")
    except OSError as error: seen.append(type(error).__name__)
"""
    write(project, assembly, code + REPORT)
    user, group, groups, *rest = json.loads(run(project)["cdk.out/seen.json"])
    server.close()
    assert user == group != 0
    assert groups == []
    assert rest == ["PermissionError"] * 3


def test_its_words_are_inert(project, assembly, capsys, monkeypatch):
    words = (
        "::set-output name=a::b\n##[command]x\n::add-mask::a\n::stop-commands::x\n::error file=a::b\n"
        "\x1b[31mError: ::add-mask::a"
    )
    code = f"\nprint({words!r}, flush=True)\nraise SystemExit(3)"
    write(project, assembly, code)
    monkeypatch.chdir(project)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    for form in ("text", "json", "github", "markdown"):
        assert main(["check", ".", "--synthesise", "always", "--format", form]) == 2
        told = capsys.readouterr().out
        commands = [line.strip() for line in told.splitlines() if line.strip().startswith("::")]
        assert [line for line in commands if not re.match("::(error|warning) file=(cdk.json|made-before/)", line)] == []
        assert "##[command]" not in told
        assert "\x1b" not in told
        assert "exit code 3" in told


def test_a_failure_is_one_line_and_what_could_be_read_is_judged(project, assembly, capsys, monkeypatch):
    write(project, assembly, "\nraise SystemExit('Error: no such stack')")
    (project / "template.yaml").write_text("Resources: {Topic: {Type: AWS::SNS::Topic}}\n")
    monkeypatch.chdir(project)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert main(["check", ".", "--synthesise", "always"]) == 2
    told = capsys.readouterr().out
    assert "cdk.json: problem[synthesis]: synthesis failed with exit code 1: Error: no such stack\n" in told
    assert "template" in told.splitlines()[-1]


def test_links_that_it_makes_lead_nowhere(project, assembly):
    code = '\nos.symlink("/etc/passwd", os.path.join(os.environ["CDK_OUTDIR"], "Linked.template.json"))'
    write(project, assembly, code)
    assert "cdk.out/Linked.template.json" not in run(project)


OUT = 'os.environ["CDK_OUTDIR"]'


@pytest.mark.parametrize(
    "code",
    [
        f"os.remove({OUT} + '/manifest.json'); os.mkfifo({OUT} + '/manifest.json')",
        f"os.remove({OUT} + '/manifest.json'); os.symlink('/etc/passwd', {OUT} + '/manifest.json')",
        f"os.remove({OUT} + '/manifest.json'); os.mkdir({OUT} + '/manifest.json')",
        f"shutil.rmtree({OUT})",
        f"shutil.rmtree({OUT}); os.symlink('/etc', {OUT})",
        f"os.rename({OUT}, {OUT} + '-moved'); os.symlink({OUT} + '-moved', {OUT})",
    ],
)
def test_a_manifest_that_is_no_file_of_its_own_is_none(project, assembly, code):
    if not AS_ROOT and "rename" in code:
        return  # it may rename what belongs to the one whom it runs as
    without = f"for each in os.scandir({OUT}): os.remove(each)"
    write(project, assembly, f"\ntry: {code}\nexcept PermissionError:\n    {without}")
    with pytest.raises(SynthesisError, match="left no assembly"):
        run(project)


def test_what_lies_in_its_folder_and_is_no_file_is_passed_by(project, assembly, capsys, monkeypatch):
    """Pipes, links, folders, and a file of more than memory, in the places of what the manifest names."""
    code = f"""
out = {OUT}
for name, put in (
    ("Orders.template.json", os.mkfifo),
    ("Orders.metadata.json", lambda path: os.symlink("/dev/zero", path)),
):
    os.remove(os.path.join(out, name))
    put(os.path.join(out, name))
with open(os.path.join(out, "huge.template.json"), "wb") as file:
    file.truncate(1 << 29)
import json
manifest = json.load(open(out + "/manifest.json"))
stack = manifest["artifacts"]["Orders"]
for name, path in (("Huge", "huge.template.json"), ("Out", "../../../etc/passwd")):
    manifest["artifacts"][name] = {{**stack, "properties": {{**stack["properties"], "templateFile": path}}}}
json.dump(manifest, open(out + "/manifest.json", "w"))
"""
    write(project, assembly, code)
    monkeypatch.chdir(project)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    started = time.process_time()
    assert main(["check", ".", "--synthesise", "always"]) == 2
    assert time.process_time() - started < 10
    told = capsys.readouterr().out
    assert "cdk.out/Orders.template.json: problem[usage]: is not there, or no regular file" in told
    assert "cdk.out/huge.template.json: problem[usage]: is larger than 16 MB" in told, told
    assert "the templateFile of Out is no path below this folder" in told


DEEP = f"""
os.chdir({OUT})
for _ in range(1500):
    os.mkdir("d"); os.chdir("d")
os.chdir(os.environ["TMPDIR"])
os.mkdir("closed"); open("closed/file", "w").close(); os.chmod("closed", 0)
"""


def test_folders_deeper_than_a_stack_are_removed_and_those_without_rights(project, assembly, monkeypatch):
    shared = Path(tempfile.mkdtemp(prefix="deep-"))  # not one of pytest's, which cannot remove what is too deep either
    shared.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(shared))
    try:
        write(project, assembly, DEEP)
        with synthesise(project, "", "cdk.out", permission()) as made:
            assert made.files.has("cdk.out/manifest.json")
        assert list(shared.iterdir()) == []
    finally:
        subprocess.run(["chmod", "-R", "u+rwx", shared], check=True)
        subprocess.run(["rm", "-rf", shared], check=True)


def test_it_cannot_put_another_folder_in_the_place_of_its_own(project, assembly):
    if not AS_ROOT:
        return
    code = f"""
seen = []
for act in (lambda: os.rename({OUT}, {OUT} + "x"), lambda: open(os.path.dirname({OUT}) + "/new", "w")):
    try: act(); seen.append("done")
    except OSError as error: seen.append(type(error).__name__)
"""
    write(project, assembly, code + REPORT)
    assert json.loads(run(project)["cdk.out/seen.json"]) == ["PermissionError"] * 2


def test_a_folder_that_is_not_for_everybody_is_said(project, assembly):
    if not AS_ROOT:
        return
    write(project, assembly, "")
    project.chmod(0o700)
    with pytest.raises(UserError, match="chmod o\\+rx"):
        run(project)


def test_a_program_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(UserError, match="cannot be run"):
        run_child(["no-such-program"], folder=tmp_path, environment={}, timeout=1, user=None)


def test_without_root_it_is_ended_too(project):
    """The way without a user of its own, whoever runs the test."""
    mark = f"leftover-{secrets.token_hex(8)}"
    code = f"""
import os, time
if os.fork() == 0:
    os.setsid()
    os.execv({PYTHON!r}, {SLEEP!r} + [{mark!r}])
time.sleep(0.3)
"""
    outcome = run_child([PYTHON, "-c", code], folder=project, environment={}, timeout=10, user=None)
    assert (outcome.code, processes(mark)) == (0, [])
