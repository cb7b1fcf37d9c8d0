"""`python -m dlbook`: the same as the command `dlbook`."""

import sys

from dlbook.cli import main

sys.exit(main())
