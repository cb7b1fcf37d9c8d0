"""What machines leave beside people's work: told by names and contents that nobody chooses.

A name that only begins with `_` or `.` is no noise: accounts and folders of people do so, too.
"""

_FOLDERS = {  # what is below is never looked at
    "__macosx": "kept by macOS",
    ".ipynb_checkpoints": "copies that Jupyter keeps",
    ".virtual_documents": "kept by Jupyter",
    "__pycache__": "kept by Python",
    ".pytest_cache": "kept by pytest",
    ".mypy_cache": "kept by mypy",
    ".ruff_cache": "kept by ruff",
    ".venv": "installed packages",
    "node_modules": "installed packages",
    ".git": "kept by git",
    ".svn": "kept by Subversion",
    ".idea": "kept by an editor",
    ".vscode": "kept by an editor",
    ".trashes": "kept by macOS",
    ".spotlight-v100": "kept by macOS",
    ".fseventsd": "kept by macOS",
    "$recycle.bin": "kept by Windows",
    "system volume information": "kept by Windows",
    "@eadir": "kept by a network disk",
}
_FILES = {
    ".ds_store": "kept by macOS",
    ".localized": "kept by macOS",
    "thumbs.db": "kept by Windows",
    "desktop.ini": "kept by Windows",
    ".directory": "kept by a desktop",
    ".gitignore": "kept for git",
    ".gitattributes": "kept for git",
    ".gitkeep": "kept for git",
    ".python-version": "kept for Python",
}
_STARTS = {
    "._": "kept by macOS",
    "~$": "kept by an office program",
    ".nfs": "kept by a network disk",
}


def folder_noise(name: str) -> str:
    """Return what a folder of that name is, '' where it may be somebody's."""
    return _FOLDERS.get(name.lower(), "")


def file_noise(name: str) -> str:
    """Return what a file of that name is, '' where it may be somebody's."""
    return _FILES.get(name.lower(), "")


def likely_noise(name: str) -> str:
    """Return what a file of that name is if it holds no notebook, '' where that is not known."""
    return next((what for start, what in _STARTS.items() if name.startswith(start)), "")
