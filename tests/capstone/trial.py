"""`python -m tests.capstone.trial` runs all samples under five seeds and prints what was found.

`python -m tests.capstone.trial honest 20` runs those of one kind under as many seeds.
"""

import sys
import time

from dlbook.capstone import examine
from tests.capstone.studies import SAMPLES


def broken(sample, task: str, seed: int) -> list[str]:
    """Return the properties that are found broken."""
    findings = examine(sample.on(task), seed)
    return [label for label, finding in findings.items() if not finding["held"]]


def as_expected(sample, found: list[str]) -> bool:
    return sample.broken in found if sample.broken else not found


def main(kind: str = "", seeds: int = 5) -> int:
    wrong = 0
    for sample in SAMPLES.values():
        if kind not in ("", sample.kind, sample.name):
            continue
        for task in sample.tasks:
            start, found = time.process_time(), [broken(sample, task, s) for s in range(seeds)]
            spent = (time.process_time() - start) / seeds
            fits = sum(as_expected(sample, labels) for labels in found)
            wrong += seeds - fits
            refused = sum(bool(labels) for labels in found)
            labels = {
                label: sum(label in each for each in found) for each in found for label in each
            }
            text = "; ".join(f"{label} ({count})" for label, count in labels.items())
            print(
                f"{'ok ' if fits == seeds else 'NO '}{sample.kind:10} {task:6} {sample.name}: "
                f"refused {refused} of {seeds}, {spent:.1f} s each: {text or 'all held'}",
                flush=True,
            )
    print(f"{wrong} runs were not as expected")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2], *map(int, sys.argv[2:3])))
