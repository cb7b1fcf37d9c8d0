import re
import tomllib
from pathlib import Path

import pytest
import yaml
from rattler import MatchSpec

ROOT = Path(__file__).parents[1]
CONDA_NAMES = {  # where conda-forge calls a package otherwise than PyPI
    "jupyter-client": "jupyter_client",
    "matplotlib": "matplotlib-base",
    "torch": "pytorch",
}
SPECS = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]


def wanted() -> dict[str, str]:
    """Return the packages that pyproject.toml asks for, under conda's names, with their ranges."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["torch"]]
    pairs = [re.fullmatch(r"([\w-]+)(.*)", line).groups() for line in lines]
    found = {CONDA_NAMES.get(name, name): versions for name, versions in pairs}
    return found | {"python": project["requires-python"]}


@pytest.mark.parametrize("spec", SPECS)
def test_a_conda_spec_is_well_formed(spec):
    assert MatchSpec(spec, strict=True).name is not None


def test_environment_yml_asks_for_what_pyproject_toml_asks_for():
    got = {}
    for spec in SPECS:
        name, _space, versions = spec.partition(" ")
        got[name] = versions
    got.pop("pip")
    assert got == wanted(), "mend environment.yml: same packages and ranges as pyproject.toml"
