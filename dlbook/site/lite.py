"""The course that runs in a reader's browser: JupyterLite with Pyodide, as one static folder.

No server of ours is needed and no other host is asked: `run/notebooks/index.html?path=...` opens
`chapters/05_backpropagation.ipynb` or `exercises/05_backpropagation.ipynb`, and Python runs there.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from dlbook import atomic
from dlbook.check.errors import UserError
from dlbook.i18n import N_, VARIABLE, _, speaking, words
from dlbook.site import copies, pyodide as distribution, wheels
from dlbook.site.addresses import RUNS

HERE = Path(__file__).parent / "run_here"
PYTHON = "pyodide"  # the folder with Python
EXTENSIONS = ("anywidget", "jupyterlab_widgets", "jupyterlite-pyodide-kernel")
BEGINS_WITH = (  # packages that Python begins with: the kernel and the learner's half of dlbook
    "comm",
    "dlbook",
    "ipykernel",
    "ipython",
    "micropip",
    "piplite",
    "pyodide_kernel",
    "sqlite3",
    "ssl",
)
_NO_WORDS = "const WORDS = {};"  # in words.js
_PAGE, _SETTINGS = "index.html", "jupyter-lite.json"
SCRIPTS = ("kept.js", "lost.js", "newer.js", "stop.js", "title.js")  # modules with words
BESIDE = ("store.js", "take.js")  # what these and the page of _TAKES import and run
_TAKES = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>dlbook</title>
<script type="module" src="../take.js"></script></html>
"""
FIRST = ("from_file.js", "language.js")  # at once: they may lead to another page
_DARK = (  # a picture that somebody draws with matplotlib is white: as dim as ours on a dark page
    '<style>[data-jp-theme-light="false"] .jp-RenderedImage img '
    "{ filter: brightness(0.87); border-radius: 8px; }</style>"
)
_FROM_FILE = N_(
    "Python runs here only on a page that comes from a web server. On your own computer, type "
    "`python -m http.server` in the folder of the site, then open http://localhost:8000"
)
_STORES = [  # the first that a browser allows; the last ends with the page, which kept.js tells
    "asyncStorage",
    "localStorageWrapper",
    "memoryStorageDriver",
]
_READY = "CONFIG_SCRIPT.textContent = "  # in config-utils.js: the settings of a page are complete
_PER_SITE = (  # a browser keeps work by host, and a host may have several courses in folders
    'for (const what of ["contents", "settings", "workspaces"])\n'
    "    config[`${what}StorageName`] += ` ${config.baseUrl}`;\n  "
)
_KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
_PYTHON = {"packages": list(BEGINS_WITH)}  # what Pyodide is told when it begins


def build(course: Path, to: Path, pyodide: Path | None) -> None:
    """Write the course as it runs in a browser into the folder `to`.

    Args:
        course: the folder with chapters/, exercises/ and solutions/.
        to: the folder that is written, new or as an earlier build has left it.
        pyodide: a folder or archive with the official distribution of Pyodide, see
            `dlbook.site.pyodide`.

    Raises:
        UserError: if files of Pyodide, packages of the extra `site` or notebooks are missing.
    """
    added = wheels.all_of(course)
    notebooks = dict(copies.copies(course))
    _jupyterlite(notebooks, to)
    _mend_page(to)
    _speak_chinese(to)
    distribution.write(to / PYTHON, pyodide, added)
    versions = {path: copies.version_of(data) for path, data in notebooks.items()}
    atomic.write(to / "versions.json", json.dumps(versions, indent=1) + "\n", sync=False)


def _jupyterlite(notebooks: dict[str, bytes], to: Path) -> None:
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        for path, data in notebooks.items():
            file = work / "contents" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            atomic.write(file, data, sync=False)
        _write(work / "jupyter_lite_config.json", _build_settings(work, to))
        _write(work / "jupyter-lite.json", _page_settings())
        _write(work / "overrides.json", json.loads((HERE / "settings.json").read_text("utf-8")))
        command = [sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", str(work)]
        done = subprocess.run(command, cwd=work, capture_output=True, text=True)
    if done.returncode:
        raise UserError(
            "JupyterLite is needed to build the site, it ended in an error: run "
            f"`pip install dlbook[site]`, then build again. Its last lines:\n{done.stderr[-1500:]}"
        )


def _write(path: Path, content: object) -> None:
    atomic.write(path, json.dumps(content, indent=1), sync=False)


def _build_settings(work: Path, to: Path) -> dict[str, object]:
    """Return what JupyterLite is built from: one page, three extensions and our notebooks."""
    extensions = [str(wheels.lab_extension(name)) for name in EXTENSIONS]
    settings = {
        "apps": ["notebooks"],
        "contents": [str(work / "contents")],
        "federated_extensions": extensions,
        "ignore_sys_prefix": ["federated_extensions"],
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
        "output_dir": str(to.resolve()),
    }
    return {"LiteBuildConfig": settings}


def _page_settings() -> dict[str, object]:
    """Return what a page needs to know: where Python is, and that nothing comes from elsewhere."""
    kernel = {
        "pyodideUrl": f"./{PYTHON}/kernel.js",
        "disablePyPIFallback": True,
        "loadPyodideOptions": _PYTHON,
    }
    data = {
        "appName": "dlbook",
        "appUrl": "./notebooks",  # where the folder itself leads
        "contentsStorageName": "dlbook",  # and the address of the site, see _PER_SITE
        "enableMemoryStorage": True,
        "exposeAppInBrowser": True,  # stop.js listens to it
        "settingsStorageName": "dlbook settings",
        "workspacesStorageName": "dlbook workspaces",
        "litePluginSettings": {_KERNEL: kernel},
        **{f"{what}StorageDrivers": _STORES for what in ("contents", "settings", "workspaces")},
    }
    return {"jupyter-lite-schema-version": 0, "jupyter-config-data": data}


def _mend_page(to: Path) -> None:
    """Say in the page and its tab what it is; let it tell of a newer course, of stopping Python."""
    page = to / RUNS["en"] / _PAGE
    scripts = "".join(f'<script src="../{name}"></script>' for name in FIRST)
    scripts += "".join(f'<script type="module" src="../{name}"></script>' for name in SCRIPTS)
    changes = [
        ("<html>", f'<html lang="en" data-from-file="{_FROM_FILE}">'),
        ("<title>Jupyter Notebook - Notebooks</title>", "<title>dlbook, in your browser</title>"),
        ("</head>", f"  {_DARK}{scripts}\n  </head>"),
    ]
    _change(page, changes)
    _change(to / "config-utils.js", [(_READY, _PER_SITE + _READY)])
    for name in (*FIRST, *SCRIPTS, *BESIDE):
        atomic.write(to / name, (HERE / name).read_bytes(), sync=False)
    (to / "take").mkdir(exist_ok=True)
    atomic.write(to / "take" / _PAGE, _TAKES, sync=False)
    atomic.write(to / "words.js", _words(), sync=False)


def _change(path: Path, changes: list[tuple[str, str]]) -> None:
    """Put other texts into a file of JupyterLite, each where the first such text stands."""
    text = path.read_text("utf-8")
    for old, new in changes:
        if old not in text:
            raise UserError(
                f"JupyterLite 0.5.1 is needed, {path.name} of the installed one has no {old}: "
                "run `pip install dlbook[site]`"
            )
        text = text.replace(old, new, 1)
    atomic.write(path, text, sync=False)


def _words() -> str:
    """Return words.js with all that the scripts say in Chinese."""
    scripts = "".join((HERE / name).read_text("utf-8") for name in SCRIPTS)
    said = {
        english: chinese
        for english, chinese in words("zh").items()
        if f"_({json.dumps(english, ensure_ascii=False)})" in scripts
    }
    words_of = json.dumps({"zh": said}, ensure_ascii=False, sort_keys=True)
    text = (HERE / "words.js").read_text("utf-8")
    return text.replace(_NO_WORDS, f"const WORDS = {words_of};", 1)


def _speak_chinese(to: Path) -> None:
    """Write the page that runs Chinese notebooks: the English one, where Python speaks Chinese."""
    english, chinese = to / RUNS["en"], to / RUNS["zh"]
    chinese.mkdir(exist_ok=True)
    text = (english / _PAGE).read_text("utf-8")
    text = text.replace('<html lang="en"', '<html lang="zh-CN"', 1)
    with speaking("zh"):
        text = text.replace(_FROM_FILE, _(_FROM_FILE), 1)
    text = text.replace("dlbook, in your browser", "dlbook，在浏览器里", 1)
    atomic.write(chinese / _PAGE, text, sync=False)
    settings = json.loads((english / _SETTINGS).read_text("utf-8"))
    python = {"loadPyodideOptions": _PYTHON | {"env": {VARIABLE: "zh"}}}
    settings["jupyter-config-data"].setdefault("litePluginSettings", {})[_KERNEL] = python
    _write(chinese / _SETTINGS, settings)
