"""Picture the review of the careless move for the README: docs/review.png.

Needs Chromium (`apt-get install chromium`) and the `preview` extra; without Chromium the picture stays as it is.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLE = "examples/arm64-migration"
PICTURE = ROOT / "docs" / "review.png"
WIDTH = 1000
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless=new", "--no-sandbox", "--hide-scrollbars", "--disable-gpu", "--force-color-profile=srgb")


def main() -> int:
    """Make the picture; the exit code is that of what failed."""
    browser = next(filter(None, map(shutil.which, NAMES)), None)
    if browser is None:
        print("no Chromium here; docs/review.png stays as it is")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "page.html")
        arguments = ["preview", f"{EXAMPLE}/careless", "--base", f"{EXAMPLE}/before", "--html", str(page)]
        subprocess.run([sys.executable, "-m", "saya", *arguments], cwd=ROOT, check=True)
        picture = Path(folder, "page.png")
        size = f"--window-size={WIDTH},{height(browser, page)}"
        subprocess.run(
            [browser, *FLAGS, size, f"--screenshot={picture}", page.as_uri()], check=True, capture_output=True
        )
        shutil.copyfile(picture, PICTURE)
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size} bytes")
    return 0


def height(browser: str, page: Path) -> int:
    """The height of a page in pixels, as the browser lays it out. The page itself forbids scripts; a copy measures."""
    script = "<script>document.title = 'height ' + document.documentElement.scrollHeight</script></body>"
    text = page.read_text(encoding="utf-8").replace(
        "default-src 'none'", "default-src 'none'; script-src 'unsafe-inline'"
    )
    copy = page.with_name("measured.html")
    copy.write_text(text.replace("</body>", script), encoding="utf-8")
    command = [browser, *FLAGS, f"--window-size={WIDTH},600", "--dump-dom", copy.as_uri()]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"<title>height (\d+)</title>", told)
    if found is None:
        raise SystemExit("the browser did not lay the page out")
    return int(found[1])


if __name__ == "__main__":
    sys.exit(main())
