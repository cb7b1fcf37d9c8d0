"""What no test uses is not loaded: read before every plugin, see `addopts` in pyproject.toml.

nbval's plugin loads nbformat, that loads jsonschema, and its test of internationalised addresses
reads a grammar for more than a second in each process, and nothing here has such an address.
jsonschema does without where the package is missing.
"""

import sys

sys.modules["rfc3987_syntax"] = None  # importing it raises ImportError
