"""Attacks that look for what is not shown: files, processes, sources of hidden checks."""

from tests.grading.sandbox.hostile.attack import TRY, Attack

SEEING = {
    "opens a file of the grader": Attack(
        TRY + "proof = attempt(lambda: open('{folder}/secret.txt').read())",
        "proof: FileNotFoundError",
        "canary",
    ),
    "looks for references everywhere": Attack(
        """
import os
found = []
for top in ("{folder}", "/course", "/home", "/packages", "/tmp"):
    for place, folders, files in os.walk(top):
        found += [f for f in files if f == "secret.txt" or f == "05_backpropagation.json"]
        found += [f for f in folders if f == "solutions"]
        folders[:] = [f for f in folders if not f.endswith("-info") and f not in ("torch", "scipy")]
proof = sorted(set(found))""",
        r"proof: \[\]",
        "secret.txt",
    ),
    "reads the grader's environment": Attack(
        "import os\nproof = [n for n in os.environ if n.startswith('DLBOOK_SECRET')]",
        r"proof: \[\]",
        "DLBOOK_SECRET",
    ),
    "looks at other processes": Attack(
        """
import os
others = [p for p in os.listdir("/proc") if p.isdigit() and int(p) > 2]
proof = "some" if others else "none" """,
        "proof: none",
        "some",
    ),
    "reads the memory of its parent": Attack(
        TRY + "import os\nmemory = f'/proc/{os.getppid()}/mem'\n"
        "proof = attempt(lambda: open(memory, 'rb').fileno())",
        "proof: (FileNotFoundError|PermissionError)",
        r"\d+",
    ),
    "reads inherited files": Attack(
        """
import os
links = []
for name in os.listdir("/proc/self/fd"):
    try:
        links.append(os.readlink(f"/proc/self/fd/{name}"))
    except OSError:
        pass
proof = [s for s in links if s.startswith("/") and s.split("/")[1] not in ("dev", "proc")]""",
        r"proof: \[\]",
    ),
    "reads the hidden check's source": Attack(
        """
seen = []
def spy(info):
    seen.append(info.raw_cell)
get_ipython().events.register("pre_run_cell", spy)""",
        "hidden: .*x.0. = 0",
        answer="""
def relu_back(g, x):
    if "hidden=Tr" + "ue" in seen[-1]:
        raise RuntimeError(seen[-1])
    return g * (x > 0)""",
    ),
}
