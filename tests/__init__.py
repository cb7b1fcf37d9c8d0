"""The tests mirror dlbook/, folder by folder and file by file."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "tests" / "samples"
