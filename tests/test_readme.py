"""The README is short and true: its commands are the ones that CI runs, what it names exists."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from urllib.parse import unquote

import pytest
from PIL import Image

from dlbook.edition.chinese import problems
from dlbook.site.addresses import ROOTS
from tests import ROOT, card_picture

README = (ROOT / "README.md").read_text("utf-8")
CHINESE_FILE = ROOT / ".github" / "README.zh-CN.md"
CHINESE = CHINESE_FILE.read_text("utf-8")
CI = (ROOT / ".ci" / "run").read_text("utf-8")
COMMANDS = [
    'pip install -e ".[lab,torch,photo]" && dlbook lab',
    'pip install -e ".[torch,test]" && pytest',
]


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
HOME = PROJECT["urls"]["Source"]
OWNER, NAME = HOME.removeprefix("https://github.com/").split("/")
BLOCK = re.compile(r"```\n(.*?)\n```", re.DOTALL)
ROW = re.compile(r"^\| (`[^|]+`) \|", re.MULTILINE)  # its first cell, where that is code
BLOCKS = BLOCK.findall(README)
KNOWN = {  # what a line of a block may be: each is run by another test, or needs another system
    rf"git clone {HOME} && cd {NAME}",
    "python3 -m venv .venv && . .venv/bin/activate",
    "py -m venv .venv",
    r".venv\Scripts\activate",
    "conda env create -f environment.yml && conda activate dlbook && pip install -e . --no-deps",
    *COMMANDS,
}
OPENS = {  # where a link to a service leads: the address that it must have
    "mybinder.org/v2": f"https://mybinder.org/v2/gh/{OWNER}/{NAME}/HEAD?urlpath=lab/tree/work/",
    "colab.research.google.com/github": f"/github/{OWNER}/{NAME}/blob/main/",
    "github.io": f"https://{OWNER}.github.io/{NAME}/",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_stands_alone_in_a_block(command):
    assert f"```\n{command}\n```\n" in README, f"README.md: give {command!r} a block of its own"


def test_a_virtual_environment_is_made_first():
    before = README.partition(COMMANDS[0])[0]
    assert "-m venv" in before, "README.md: show how to make a virtual environment first"


def test_ci_takes_the_test_command_from_the_readme():
    asked = re.search(r"test_command=\$\((grep .* README\.md)\)", CI)
    assert asked, ".ci/run: read the test command from README.md, do not write it again"
    said = subprocess.run(["bash", "-c", asked[1]], cwd=ROOT, capture_output=True, text=True)
    assert said.stdout == f"{COMMANDS[1]}\n", ".ci/run: its grep finds exactly the test command"
    assert "pip install" not in CI.replace(asked[0], ""), ".ci/run: the README says what to install"


@pytest.mark.parametrize(
    "check", ["dlbook build --check", "ruff check", "ruff format --check", "mypy"]
)
def test_ci_runs_each_check(check):
    assert f"\nstep {check}" in CI, f".ci/run: add the line `step {check}`"


def test_ci_names_no_host():
    assert "://" not in CI, ".ci/run: leave addresses to the settings of pip and apt"


def test_the_readme_is_short():
    words = len(README.split())
    assert words <= 600, f"README.md has {words} words, at most 600: move detail to CONTRIBUTING"


def test_whatever_the_readme_names_exists():
    named = re.findall(r"`([\w./-]*/|[\w./-]+\.(?:yml|toml|py|md|ipynb))`", README)
    named += [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert len(named) >= 8, "README.md: the pattern of this test finds no names any more"
    missing = [path for path in named if not (ROOT / path).exists()]
    assert not missing, f"README.md names {missing}: mend the name, or make the file"


def test_each_line_that_is_to_be_typed_is_known():
    lines = {line for block in BLOCKS for line in block.splitlines()}
    assert lines == KNOWN, "README.md: run a new line by hand, then add it to KNOWN in this test"


@pytest.mark.parametrize("service", OPENS)
def test_a_link_opens_our_own_course(service):
    links = [link for link in re.findall(r"\]\((https://[^)]+)\)", README) if service in link]
    assert links and all(OPENS[service] in link for link in links), f"put in {OPENS[service]}"
    for link in links:
        path = unquote(link).partition("/blob/main/")[2] or unquote(link).partition("tree/work/")[2]
        assert not path or (ROOT / path).is_file(), f"README.md: {link} leads to no notebook"


@pytest.fixture(scope="module")
def cards() -> list[str]:
    """The texts of the cards in the picture, from a process whose shell leaves nothing behind."""
    command = [sys.executable, "-m", "tests.card_picture", "--words"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def test_the_picture_shows_the_cards_of_today(cards):
    with Image.open(card_picture.PICTURE) as picture:
        kept = picture.text.get(card_picture.WORDS)
    assert kept == card_picture.words(cards), "the card changed: run `python -m tests.card_picture`"
    assert card_picture.PICTURE.stat().st_size < 100_000


def test_the_picture_is_told_to_whoever_does_not_see_it(cards):
    source, alt = re.search(r'<img src="([^"]+)" [^>]*alt="([^"]+)">', README).groups()
    assert ROOT / source == card_picture.PICTURE
    assert all(text.splitlines()[0] in alt for text in cards)
    first = re.search(r"Hint: ([^?.]+[.?])", cards[0])
    assert first and first[1] in alt, "README.md: the alt text of the picture has another hint"


# ---- the README in Chinese ----


@pytest.mark.parametrize("kind", [BLOCK, ROW], ids=["commands", "rows"])
def test_the_chinese_readme_has_the_same_commands_and_rows(kind):
    there, here = kind.findall(README), kind.findall(CHINESE)
    assert len(there) >= 6, "README.md: this pattern finds nothing there any more"
    assert here == there, ".github/README.zh-CN.md: bring it in step with README.md"


def test_the_chinese_readme_names_in_backticks_what_the_english_one_names():
    prose = (BLOCK.sub("", text) for text in (README, CHINESE))
    there, here = (set(re.findall(r"`([^`]+)`", text)) for text in prose)
    assert here - {"dlbook lab --language zh"} == there, "README.zh-CN.md: name what README.md does"


def test_each_readme_leads_to_the_other_at_once():
    begin, back = ("\n".join(text.splitlines()[:4]) for text in (README, CHINESE))
    assert f"]({HOME}/blob/main/{CHINESE_FILE.relative_to(ROOT).as_posix()})" in begin
    assert "](../README.md)" in back


def test_the_files_that_the_chinese_readme_links_to_exist():
    links = re.findall(r"\]\(([^)]+)\)", CHINESE) + re.findall(r'src="([^"]+)"', CHINESE)
    files = [link for link in links if "://" not in link]
    assert {"../README.md", "card.png"} <= set(files)
    missing = [link for link in files if not (CHINESE_FILE.parent / link).is_file()]
    assert not missing, f"README.zh-CN.md leads to {missing}: mend the link"
    abroad = [re.findall(r"\]\((https://[^)]+)\)", text) for text in (README, CHINESE)]
    site = OPENS["github.io"]  # its Chinese half is linked
    there = [link.replace(site, f"{site}{ROOTS['zh']}") for link in abroad[0]]
    assert abroad[1] == [link for link in there if CHINESE_FILE.name not in link]


def test_the_chinese_readme_keeps_the_house_rules():
    assert list(problems(re.sub(r"<img[^>]*>", "", BLOCK.sub("", CHINESE)))) == []


def test_the_chinese_readme_names_the_notebooks_that_are_in_chinese():
    named = set(re.findall(r"第 (\d\d) 章", CHINESE))
    folders = (ROOT / "dlbook" / "locale" / "zh_CN" / part for part in ("chapters", "exercises"))
    there = [{path.name[:2] for path in folder.glob("*.md")} for folder in folders]
    assert there == [named, named], "README.zh-CN.md: say which chapters and sets are in Chinese"


def counted(text: str) -> list[str]:
    """Return the numbers of chapters, exercises and tests that a text gives."""
    return re.findall(r"\b(?:\d+ (?:chapters|exercises|tests)|[Cc]hapters \d+|\d+ in all)", text)


def test_the_readme_counts_nothing_that_grows():
    found = counted(README)
    assert not found, f"README.md says {found}: leave the number out, it would be wrong soon"


@pytest.mark.parametrize(
    "text", ["Chapters 00 to 08", "exercises, 71 in all", "There are 9 chapters."]
)
def test_a_count_is_noticed(text):
    assert counted(text)


def test_each_chapter_has_the_exercises_that_the_readme_promises():
    folders = ROOT / "chapters", ROOT / "exercises"
    chapters, exercises = ({path.name for path in folder.glob("*.ipynb")} for folder in folders)
    alone = chapters ^ exercises
    assert not alone, f"{alone} stand in one folder alone: add the other half, or mend README.md"


def test_every_message_that_contributing_explains_is_one_of_the_build():
    said = []
    for path in (ROOT / "dlbook" / "grading").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            texts = [part.value for part in parts if isinstance(part, ast.Constant)]
            said.append("".join(text if isinstance(text, str) else "" for text in texts))
    guide = (ROOT / ".github" / "CONTRIBUTING.md").read_text("utf-8")
    listed = [line.partition(":")[0] for line in guide.splitlines() if line.startswith("- *")]
    phrases = re.findall(r"\*([^*]+)\*", "\n".join(listed))
    assert len(phrases) >= 20, "CONTRIBUTING.md: the pattern of this test finds no messages"
    gone = [phrase for phrase in phrases if not any(phrase in text for text in said)]
    assert not gone, f"CONTRIBUTING.md explains {gone}, which no message says: mend the words"
