"""`python -m dlbook.grading.course.mutants 05` prints which mutants of the references survive.

It runs them under five seeds; `dlbook build` counts them under one. Without a set it does all.
"""

import sys
from pathlib import Path

from dlbook.grading.course.attack import tally
from dlbook.grading.course.exercise_set import understand
from dlbook.grading.course.place import find
from dlbook.grading.notebook import read


def main(wanted: list[str]) -> None:
    """Print the survivors of the sets that are named, or of all."""
    course = find(Path.cwd())
    chosen = course.choose(wanted)
    for path in course.notebooks("solutions"):
        if not chosen or path.stem in chosen:
            found = tally(understand(path.stem, read(path))[0])
            print(f"{path.stem}: {found}", *found.survivors, sep="\n  ", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
