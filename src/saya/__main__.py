"""`python -m saya` is `saya`."""

import sys

from saya.cli import main

sys.exit(main())
