from pathlib import Path

import pytest

from .containers import Podman

ROOT = Path(__file__).resolve().parents[2]
IMAGE = "localhost/saya-under-test"


@pytest.fixture(scope="session")
def podman() -> Podman:
    """Images stay from one run to the next in a folder that `make clean` removes."""
    return Podman(ROOT / "build" / "containers")


@pytest.fixture(scope="session")
def image(podman: Podman) -> str:
    """The action's image, built of this work tree."""
    podman.build_action(IMAGE, ROOT)
    podman.call("image", "prune", "--force")
    return IMAGE
