"""Many working threads of one kernel weigh no more than one."""

import os
import subprocess
import sys

import pytest

from dlbook.grading.kernel.priority import niceness, share_fairly
from dlbook.grading.sandbox.usage import descendants


@pytest.mark.parametrize("count", [4, 8, 16, 32])
def test_so_many_weigh_together_as_one(count):
    assert count * 1.25 ** -niceness(count) <= 1 < count * 1.25 ** -(niceness(count) - 1)


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
@pytest.mark.parametrize(("children", "lowered"), [(2, 0), (8, 8)])
def test_children_are_lowered_where_they_are_many(children, lowered):
    program = f"""
import os
for _ in range({children}):
    if os.fork() == 0:
        while True: pass
print("started", flush=True)
while True: pass"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline()
        tree = descendants(process.pid)
        usual = os.getpriority(os.PRIO_PROCESS, process.pid)
        try:
            share_fairly(process.pid)
            priorities = [os.getpriority(os.PRIO_PROCESS, pid) for pid in tree]
        finally:
            for pid in reversed(tree):
                os.kill(pid, 9)
    assert priorities[0] == usual
    assert sum(priority > usual for priority in priorities) == lowered or usual == 19
