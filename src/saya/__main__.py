"""`python -m saya` is `saya`."""

from saya.cli import run

run()
