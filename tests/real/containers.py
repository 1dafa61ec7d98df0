"""Podman, with images of its own, and a base image made from the distribution's packages where none can be fetched."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

# What runs inside of other containers too: no cgroups of our own, no limits above those that we have.
CONTAINERS_CONF = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""
STORAGE_CONF = """\
[storage]
driver = "overlay"
runroot = "{folder}/run"
graphroot = "{folder}/graph"
"""

# Like the official images of Python: Debian of the same name, `python` on the path. It has a name of its own, so that
# nobody takes it for one of them.
STAND_IN = "localhost/saya-base"
STAND_IN_FILE = """\
FROM scratch
ADD base.tar /
COPY certificates.crt /etc/ssl/certs/ca-certificates.crt
ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
RUN rm -f /usr/lib/python3*/EXTERNALLY-MANAGED \\
 && mkdir -p /usr/local/bin \\
 && ln -s /usr/bin/python3 /usr/local/bin/python \\
 && printf '[global]\\ncert = /etc/ssl/certs/ca-certificates.crt\\n' > /etc/pip.conf
"""
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


class Podman:
    """Podman with its images and its configuration in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        storage, containers = folder / "storage.conf", folder / "containers.conf"
        storage.write_text(STORAGE_CONF.format(folder=folder), encoding="utf-8")
        containers.write_text(CONTAINERS_CONF, encoding="utf-8")
        self.environment = os.environ | {
            "CONTAINERS_STORAGE_CONF": str(storage),
            "CONTAINERS_CONF": str(containers),
        }

    def call(
        self, *arguments: str, check: bool = True, environment: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run `podman`; what it printed is in the message where it fails and must not."""
        done = subprocess.run(
            ["podman", *arguments],
            env={**self.environment, **(environment or {})},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        if check and done.returncode:
            raise RuntimeError(f"podman {' '.join(arguments[:2])}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def has(self, image: str) -> bool:
        return self.call("image", "exists", image, check=False).returncode == 0

    def build(self, tag: str, context: Path, *arguments: str) -> None:
        """Build an image of the Dockerfile in a folder."""
        self.call("build", "--isolation=chroot", "--pull=never", "--quiet", "--tag", tag, *arguments, str(context))

    def build_action(self, tag: str, root: Path) -> str:
        """Build an action's image; returns the base it was built on, the one that it names or the stand-in."""
        named = base_of(root / "Dockerfile")
        if self.has(named) or self.call("pull", "--quiet", named, check=False).returncode == 0:
            self.build(tag, root)
            return named
        if not self.has(STAND_IN):
            self.make_stand_in(release_of(named))
        self.build(tag, root, "--from", STAND_IN)
        return STAND_IN

    def make_stand_in(self, release: str) -> None:
        """Make a base image out of the packages of a release of Debian, about half a minute."""
        context = self.folder / "base"
        context.mkdir(exist_ok=True)
        archive = context / "base.tar"
        options = ["--quiet", "--variant=minbase", "--dpkgopt=force-unsafe-io"]
        options += ["--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/man/*"]
        packages = "ca-certificates,python3,python3-venv,python3-pip"
        subprocess.run(["mmdebstrap", *options, f"--include={packages}", release, str(archive)], check=True)
        (context / "certificates.crt").write_bytes(CERTIFICATES.read_bytes())
        (context / "Dockerfile").write_text(STAND_IN_FILE, encoding="utf-8")
        self.build(STAND_IN, context)
        archive.unlink()

    def run(
        self, image: str, *, volumes: Mapping[Path, str], environment: Mapping[str, str], options: Sequence[str] = ()
    ) -> "subprocess.CompletedProcess[str]":
        """Run an image once. As the runner does it, values of variables do not stand in the arguments."""
        mounts = [f"--volume={host}:{inside}" for host, inside in volumes.items()]
        names = [argument for name in environment for argument in ("--env", name)]
        return self.call("run", "--rm", *options, *mounts, *names, image, check=False, environment=environment)


def base_of(dockerfile: Path) -> str:
    """The image that a Dockerfile starts from, without its digest."""
    (named,) = re.findall(r"^FROM (\S+)", dockerfile.read_text(encoding="utf-8"), re.MULTILINE)
    return f"docker.io/library/{named.partition('@')[0]}"


def release_of(image: str) -> str:
    """The release of Debian in the tag of an image."""
    return image.rpartition("-")[2]
