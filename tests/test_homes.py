"""The homes that wait for a public address: workflows, Binder, a container for editors.

Nothing here starts one of them. Their files are held against their schemas, and what they call
against what there is.
"""

import json
import os
import re
import subprocess
import sys
import tomllib

import pytest
from packaging.specifiers import SpecifierSet

from dlbook import cli
from tests import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CONTAINER = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
BINDER = ROOT / ".binder"
SCHEMAS = {  # a file: schemas that check-jsonschema carries, so that nothing is fetched
    **{path: "vendor.github-workflows" for path in WORKFLOWS},
    ROOT / "CITATION.cff": "vendor.citation-file-format",
}
WITH_TIMEOUT = "custom.github-workflows-require-timeout"
CONTAINER_KEYS = {"name", "image", "postCreateCommand", "forwardPorts", "customizations"}
PINNED = re.compile(r"[\w.-]+/[\w./-]+@(v\d+(\.\d+)*|[0-9a-f]{40})")


def breaches(path, schema: str) -> str:
    """Return how a file breaks a schema, '' if it does not."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    command += ["--force-filetype", "yaml"]
    done = subprocess.run(command, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def unpinned(text: str) -> list[str]:
    """Return the actions of a workflow that are not pinned to a version."""
    return [used for used in re.findall(r"uses: *(\S+)", text) if not PINNED.fullmatch(used)]


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_a_file_keeps_the_schema_of_whoever_reads_it(path):
    found = breaches(path, SCHEMAS[path])
    assert not found, found


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_ends_in_time_and_pins_its_actions(path):
    assert not breaches(path, WITH_TIMEOUT)
    text = path.read_text("utf-8")
    assert "uses:" in text and not unpinned(text), "pin actions as in `actions/checkout@v4`"


@pytest.mark.parametrize("change", [("runs-on", "runs"), ("timeout-minutes: 60", "shell: bash")])
def test_a_workflow_with_a_slip_is_noticed(tmp_path, change):
    slipped = tmp_path / "test.yml"
    text = (ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8")
    slipped.write_text(text.replace(*change), "utf-8")
    assert breaches(slipped, "vendor.github-workflows") + breaches(slipped, WITH_TIMEOUT)


@pytest.mark.parametrize("name", ["actions/checkout", "actions/checkout@main", "checkout@v4"])
def test_an_action_without_a_version_is_noticed(name):
    assert unpinned(f"- uses: {name}\n") == [name]


def test_workflows_run_on_every_system():
    found = " ".join(path.read_text("utf-8") for path in WORKFLOWS)
    assert all(f"{system}-latest" in found for system in ("ubuntu", "windows", "macos"))


# ---- Binder and the container ----


def test_binder_makes_the_copies_that_its_badge_opens():
    runtime = (BINDER / "runtime.txt").read_text("utf-8").strip()
    assert re.fullmatch(r"python-3\.\d+", runtime)
    assert runtime.removeprefix("python-") in SpecifierSet(PROJECT["requires-python"])
    steps = BINDER / "postBuild"
    assert os.access(steps, os.X_OK) and steps.read_text("utf-8").startswith("#!")
    subprocess.run(["bash", "-n", steps], check=True)


def test_the_container_is_one_that_editors_understand():
    assert set(CONTAINER) <= CONTAINER_KEYS, "look the new key up, then add it to CONTAINER_KEYS"
    version = re.search(r"devcontainers/python:\d+-(3\.\d+)-", CONTAINER["image"])
    assert version and version[1] in SpecifierSet(PROJECT["requires-python"])


# ---- what they call ----

PAGES = [ROOT / "README.md", *(ROOT / ".github").glob("*.md")]
CALLED = {path.name: path.read_text("utf-8") for path in [*WORKFLOWS, *PAGES, *BINDER.iterdir()]}
CALLED["devcontainer.json"] = CONTAINER["postCreateCommand"]
CALL = re.compile(r"(?m)(?:^ *|`|&& |run: )dlbook ([a-z]+)\b([^`&|\n]*)")


@pytest.mark.parametrize("name", CALLED)
def test_the_extras_that_are_installed_exist(name):
    lists = re.findall(r"(?:\.|dlbook)\[([a-z,]+)\]", CALLED[name])
    unknown = {extra for text in lists for extra in text.split(",")}
    unknown -= set(PROJECT["optional-dependencies"])
    assert not unknown, f"{name} installs {unknown}: pyproject.toml has no such extra"


@pytest.mark.parametrize("name", CALLED)
def test_the_verbs_and_options_that_are_called_exist(name):
    for verb, rest in CALL.findall(CALLED[name]):
        assert verb in cli._dlbook.commands, f"{name}: there is no `dlbook {verb}`"
        known = {option for given in cli._dlbook.commands[verb].params for option in given.opts}
        asked = set(re.findall(r"(?<!\S)--?[a-z][\w-]*", rest))
        assert asked <= known, f"{name}: `dlbook {verb}` has no {asked - known}"


def test_calls_are_found():
    found = {verb for text in CALLED.values() for verb, _rest in CALL.findall(text)}
    assert {"lab", "init", "site", "build", "grade"} <= found
