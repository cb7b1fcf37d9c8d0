import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = ['pip install -e ".[torch]" && dlbook lab', 'pip install -e ".[torch,test]" && pytest']


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_stands_alone_in_a_block(command):
    assert f"```\n{command}\n```" in README


def test_ci_takes_the_test_command_from_the_readme():
    pattern = re.search(r"grep -E '(.*)' README.md", (ROOT / ".ci" / "run").read_text("utf-8"))[1]
    assert re.findall(pattern, README, re.MULTILINE) == [COMMANDS[1]]


def test_the_readme_is_short():
    assert len(README.split()) <= 600


def test_whatever_the_readme_names_exists():
    named = re.findall(r"`([\w./-]+(?:/|\.yml|\.toml|\.py))`|\]\(([\w./-]+)\)", README)
    paths = [first or second for first, second in named]
    assert len(paths) >= 8
    missing = [path for path in paths if not (ROOT / path).exists()]
    assert missing == [], f"the README names {missing}: mend the name, or make the file"
