"""Which version of dlbook this is."""

from pathlib import Path


def version() -> str:
    """Return the version that is installed, or where dlbook runs from if it is not installed."""
    from importlib import metadata

    try:
        return metadata.version("dlbook")
    except metadata.PackageNotFoundError:
        return f"of no known version, run from {Path(__file__).resolve().parents[1]}"
