"""A workflow for GitHub Classroom: each exercise a test with its points, on the visible checks.

A student can edit the workflow in their own copy, so it is feedback and no grade: for grades,
download the repositories and run `dlbook grade` on them.
"""

from dlbook.check.answer_key import Key

PLACE = ".github/workflows/classroom.yml"
_HEAD = """\
# Written by `dlbook classroom`. Feedback on visible checks; grades come from `dlbook grade`.
name: Autograding Tests
on: [push, workflow_dispatch, repository_dispatch]
permissions:
  checks: write
  actions: read
  contents: read
jobs:
  run-autograding-tests:
    runs-on: ubuntu-latest
    if: github.actor != 'github-classroom[bot]'
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install ".[grade,torch]"
"""
_STEP = """\
      - name: {name}
        id: {id}
        uses: classroom-resources/autograding-command-grader@v1
        with:
          test-name: {name}
          command: dlbook check {set}.{name}
          timeout: 5
          max-score: {points}
"""
_TAIL = """\
      - name: Autograding Reporter
        uses: classroom-resources/autograding-grading-reporter@v1
        env:
{results}
        with:
          runners: {runners}
"""


def workflow(key: Key) -> str:
    """Return the workflow of one exercise set, as YAML."""
    ids = [exercise.name.replace("_", "-") for exercise in key.exercises]
    steps = [
        _STEP.format(name=entry.name, id=name, set=key.name, points=entry.points)
        for name, entry in zip(ids, key.exercises, strict=True)
    ]
    results = "\n".join(
        f'          {name.upper()}_RESULTS: "${{{{steps.{name}.outputs.result}}}}"' for name in ids
    )
    return _HEAD + "".join(steps) + _TAIL.format(results=results, runners=",".join(ids))
