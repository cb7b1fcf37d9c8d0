"""environment.yml asks conda for what pyproject.toml asks pip for."""

import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from rattler import MatchSpec

from tests import ROOT

CONDA_NAMES = {  # where conda-forge calls a package otherwise than PyPI
    "jupyter-client": "jupyter_client",
    "matplotlib": "matplotlib-base",
    "torch": "pytorch",
}
CONDA_ONLY = {"pip"}  # what conda needs to install dlbook itself
EXTRAS = ("grade", "lab", "torch")  # those whose packages conda-forge has
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
SPECS = ENVIRONMENT["dependencies"]


def required() -> list[Requirement]:
    """Return the core's packages and those of the extras that README.md names, as for pip."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = list(project["dependencies"])
    for extra in EXTRAS:
        lines += project["optional-dependencies"][extra]
    return [line for line in map(Requirement, lines) if line.name != "dlbook"]


def asked_of_pip() -> dict[str, SpecifierSet]:
    """Return the ranges of these packages under conda's names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    found = {"python": SpecifierSet(project["requires-python"])}
    for requirement in required():
        found[CONDA_NAMES.get(requirement.name, requirement.name)] = requirement.specifier
    return found


def asked_of_conda() -> dict[str, SpecifierSet]:
    pairs = [spec.partition(" ")[::2] for spec in SPECS]
    return {name: SpecifierSet(versions) for name, versions in pairs if name not in CONDA_ONLY}


@pytest.mark.parametrize("spec", SPECS)
def test_a_conda_spec_is_well_formed(spec):
    try:
        MatchSpec(spec, strict=True)
    except Exception as error:
        pytest.fail(
            f"environment.yml: {spec!r} ({error}): write it as `name >=1.2,<3`", pytrace=False
        )


def test_environment_yml_asks_for_what_pyproject_toml_asks_for():
    pip, conda = asked_of_pip(), asked_of_conda()
    wrong = {name for name in pip.keys() | conda.keys() if pip.get(name) != conda.get(name)}
    lines = [f"{name}: pyproject {pip.get(name)}, conda {conda.get(name)}" for name in wrong]
    todo = "mend environment.yml, or CONDA_NAMES if conda-forge has another name:\n"
    assert not wrong, todo + "\n".join(sorted(lines))


def test_every_exception_is_needed():
    idle = set(CONDA_NAMES) - {requirement.name for requirement in required()}
    idle |= CONDA_ONLY - {spec.split(" ")[0] for spec in SPECS}
    assert not idle, f"{idle}: nobody asks for it: take it out of the tables in this test"


def test_each_package_stands_once_and_comes_from_conda_forge_alone():
    names = [spec.split(" ")[0] for spec in SPECS]
    assert len(names) == len(set(names)), "environment.yml: name each package once"
    assert ENVIRONMENT["channels"] == ["conda-forge"], "mixed channels break: conda-forge alone"
