"""Docstrings say what a thing is, and where arrays go in or out, of what shape they are.

What carries arrays is read from annotations, so a new function is judged without being listed.
"""

import ast
import re
from collections.abc import Iterator

import pytest

from tests import ROOT, imports

FILES = imports.files(ROOT / "dlbook")
ABOVE = ("", "__main__", "cli", "site", "workspace", "edition", "check", "grading", "explore")
# no room above hands out arrays
LEARNING = [name for name in FILES if imports.room_of(name) not in ABOVE]
AS_A_LAYER = re.compile(r"`functional\.(\w+)`")
Definition = ast.FunctionDef | ast.ClassDef


def public(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, Definition]]:
    """Yield the public functions, classes and methods below a node, by their dotted names."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Definition) and node.name[0] != "_":
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from public(node, f"{prefix}{node.name}.")


def named(annotation: ast.AST | None) -> set[str]:
    """Return the names in an annotation, those in a quoted one included."""
    return set(re.findall(r"\w+", ast.unparse(annotation))) if annotation else set()


def touched(node: Definition) -> tuple[set[str], set[str]]:
    """Return the names of the types that go in, and of those that come out.

    What goes into and comes out of a class is what its fields and its methods name.
    """
    if isinstance(node, ast.FunctionDef):
        arguments = [part for part in ast.walk(node.args) if isinstance(part, ast.arg)]
        inside = set().union(*(named(part.annotation) for part in arguments))
        return inside, named(node.returns)
    inside, outside = set().union(*map(named, node.bases)), set()
    for part in node.body:
        if isinstance(part, ast.AnnAssign):
            inside |= named(part.annotation)
        elif isinstance(part, ast.FunctionDef) and (part.name == "__init__" or part.name[0] != "_"):
            more_inside, more_outside = touched(part)
            inside, outside = inside | more_inside, outside | more_outside
    return inside, outside


def carriers(trees: list[ast.Module]) -> tuple[set[str], set[str]]:
    """Return the names that mean arrays, and those of classes that take or give arrays.

    A name means arrays if it is defined by a name that does: an alias, a kind of tensor.
    """
    arrays, classes, before = {"ndarray", "Tensor"}, set(), -1
    while len(arrays | classes) > before:
        before = len(arrays | classes)
        for node in (part for tree in trees for part in tree.body):
            if isinstance(node, ast.Assign) and named(node.value) & arrays:
                kind = not isinstance(node.value, ast.Call | ast.List)  # no value, but a type
                arrays |= {target.id for target in node.targets if kind and hasattr(target, "id")}
            elif isinstance(node, ast.ClassDef):
                inside, outside = touched(node)
                if set().union(*map(named, node.bases)) & arrays:
                    arrays.add(node.name)
                elif (inside | outside) & arrays or outside & classes:
                    classes.add(node.name)
    return arrays, classes


def shapeless(trees: dict[str, ast.Module]) -> list[str]:
    """Return what takes or gives arrays, or a model that does, and names no shape.

    A layer may name the function that it is instead. A method without a docstring is what torch
    calls so, or says itself; the docstring of its class answers for it.
    """
    arrays, classes = carriers(list(trees.values()))
    found, said = [], set()
    for file, tree in trees.items():
        for name, node in public(tree):
            text = ast.get_docstring(node) or ""
            if re.search(r"\bshapes?\b", text):
                said.add(node.name)
                continue
            inside, outside = touched(node)
            carries = inside & arrays or outside & (arrays | classes) or node.name in classes
            if carries and ("." not in name or text):
                found.append((f"{file}.{name}", AS_A_LAYER.search(text)))
    return [name for name, layer in found if not layer or layer[1] not in said]


def silent(trees: dict[str, ast.Module]) -> list[str]:
    """Return what is public and has no docstring; a method of up to three lines says itself."""
    return [
        f"{file}.{name}"
        for file, tree in trees.items()
        for name, node in public(tree)
        if not ast.get_docstring(node) and not ("." in name and len(node.body) <= 3)
    ]


def test_whatever_is_public_says_what_it_is():
    found = silent({name: file.tree for name, file in FILES.items() if file.path.suffix == ".py"})
    assert not found, f"{found}: add a docstring; its first line says what it returns"


def test_where_arrays_go_in_or_out_a_docstring_names_shapes():
    found = shapeless({name: FILES[name].tree for name in LEARNING})
    assert not found, f"{found}: name the shape of each array in the docstring"


# ---- the rules can fail: a small file, and ways to spoil it ----

GOOD = '''
import numpy as np
# more
Pictures = tuple[np.ndarray, int]
def relu(x: Tensor) -> Tensor:
    """Return max(x, 0), same shape."""
def count(n: int) -> int:
    """Return how many there are."""
class ReLU(Module):
    """`functional.relu` as a layer."""
    def forward(self, x: Tensor) -> Tensor: ...
class Net(Module):
    """Input has shape (batch, 3)."""
    def forward(self, x: Tensor) -> Tensor: ...
def small_net() -> Net:
    """Return a net that maps shape (batch, 3) to (batch, 2)."""
'''
STATE = 'def state(self) -> np.ndarray:\n        """Return what it has learnt."""'
WEIGHT = 'class Weight(Tensor):\n    """Of any shape."""\n'
SPOILT = [  # what names no shape then, and what is put in the place of what
    (["relu", "ReLU"], {"same shape": "for each value"}),
    (["ReLU"], {"`functional.relu`": "`functional.gelu`"}),
    (["Net"], {"Input has shape (batch, 3).": "A net."}),
    (["small_net"], {"that maps shape (batch, 3) to (batch, 2)": "without training"}),
    (["Net.state"], {"\ndef small_net": f"\n    {STATE}\ndef small_net"}),
    (["count"], {"n: int": "n: np.ndarray"}),
    (["count"], {"-> int": '-> "list[np.ndarray | None]"'}),
    (["count"], {"n: int": "*, n: Tensor"}),
    (["count"], {"-> int": "-> Pictures"}),
    (["count"], {"-> int": "-> Photos", "# more": "Photos = list[Pictures]"}),
    (["count"], {"n: int": "n: Weight", "# more": WEIGHT}),
]


def test_a_good_file_breaks_no_rule():
    tree = {"file": ast.parse(GOOD)}
    assert shapeless(tree) == [] and silent(tree) == []


@pytest.mark.parametrize(("names", "changes"), SPOILT)
def test_an_array_without_a_shape_is_found(names, changes):
    text = GOOD
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new, 1)
    assert shapeless({"file": ast.parse(text)}) == [f"file.{name}" for name in names]


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ('    """Return how many there are."""', "    return n", "count"),
        ('    """`functional.relu` as a layer."""\n', "", "ReLU"),
        (") -> Tensor: ...", "):" + "\n        x" * 4, "ReLU.forward"),
    ],
)
def test_what_says_nothing_is_found(old, new, name):
    assert old in GOOD
    assert silent({"file": ast.parse(GOOD.replace(old, new, 1))}) == [f"file.{name}"]
