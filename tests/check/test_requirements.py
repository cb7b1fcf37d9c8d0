"""What an extra brings is read from the metadata, and whoever lacks it is told, from one place."""

import os
import subprocess
import sys
import tomllib

import pytest
from packaging.requirements import Requirement

from dlbook.check import requirements
from dlbook.cli import main
from tests import ROOT, imports

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
WITH_WHEEL = [("linux", "x86_64"), ("linux", "aarch64"), ("win32", "AMD64"), ("darwin", "arm64")]
WITHOUT = [("darwin", "x86_64"), ("win32", "ARM64"), ("linux", "riscv64"), ("linux", "ppc64le")]
LIBRARIES = {"IPython", "PIL", "traitlets"}  # what the core's own packages bring
UNDERNEATH = {"ipywidgets"}  # what anywidget stands on: its version 7 cannot show our pages
BESIDE = {  # what an extra's own packages bring
    *("bs4", "docutils", "jupyter_core", "jupyter_server", "markupsafe", "zmq"),
}
WITHOUT_ONE = """
import sys
package, *words = sys.argv[1:]
class Without:
    def find_spec(self, name, _path=None, _target=None):
        if name.split(".")[0] == package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Without())
from dlbook.cli import main
sys.exit(main(words))
"""  # the command where one package is not installed


def test_the_metadata_is_that_of_pyproject_toml():
    core = {Requirement(line).name for line in PROJECT["dependencies"]}
    renew = "install again: pip install -e . --no-deps"
    assert set(requirements.needed()) == {name.replace("_", "-") for name in core}, renew
    assert set(requirements.extras()) == set(EXTRAS), renew


@pytest.mark.parametrize(("system", "processor"), WITH_WHEEL + WITHOUT)
def test_torch_is_asked_for_where_it_has_a_wheel_and_nowhere_else(system, processor):
    machine = {"sys_platform": system, "platform_machine": processor, "python_version": "3.12"}
    found = requirements.needed("torch", **machine)
    assert ("torch" in found) == ((system, processor) in WITH_WHEEL)
    assert set(found) - {"torch"} == set(requirements.needed(**machine))


def test_the_smallest_extra_is_advised():
    assert requirements.extra_with("nbval.plugin") == "grade"
    assert requirements.extra_with("jupyter_client") == "grade"
    assert requirements.extra_with("jupyterlab") == "lab"
    assert requirements.extra_with("distributed") == "dask"
    assert requirements.extra_with("numpy") == requirements.extra_with("no_such_module") == ""


def test_whatever_the_package_imports_is_asked_for_in_the_core_or_an_extra():
    files = imports.files(ROOT / "dlbook").values()
    found = {path.split(".")[0] for file in files for path in imports.imports(file)}
    found -= sys.stdlib_module_names | {"dlbook"} | LIBRARIES | BESIDE
    core = {name.replace("-", "_") for name in requirements.needed()}
    unknown = {name for name in found - core if not requirements.extra_with(name)}
    assert not unknown, f"pyproject.toml asks for none of {unknown}: add it to the core or an extra"
    assert core - found == UNDERNEATH, "pyproject.toml: nothing in dlbook/ imports it: take it out"


@pytest.mark.parametrize(
    ("verb", "module", "extra"),
    [
        ("check 05", "ipykernel", "grade"),
        ("lab", "jupyterlab", "lab"),
        ("terms -o terms.html", "jinja2", "grade"),
    ],
)
def test_a_verb_whose_extra_is_missing_says_so(verb, module, extra, tmp_path):
    command = [sys.executable, "-c", WITHOUT_ONE, module, "--course", str(ROOT), *verb.split()]
    surroundings = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=surroundings, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith(f"dlbook: the extra {extra} is needed for this, {module} is not")
    assert f'pip install "dlbook[{extra}]"' in done.stderr and done.stderr.count("\n") == 1
    assert not any(tmp_path.iterdir())


def test_a_module_that_no_extra_brings_is_a_fault_of_our_own(monkeypatch):
    def fail(*_):
        raise ModuleNotFoundError("No module named 'dlbook.nothing'", name="dlbook.nothing")

    monkeypatch.setattr("dlbook.cli.author.find_own_course", fail)
    with pytest.raises(ModuleNotFoundError):
        main(["build"])


def test_without_metadata_nothing_is_known(monkeypatch):
    monkeypatch.setattr(requirements, "distribution", lambda: None)
    assert requirements.needed("lab") == {} and requirements.extras() == []
    assert requirements.advice("nbval") == ""
