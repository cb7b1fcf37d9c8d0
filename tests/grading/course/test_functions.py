import pytest

from dlbook.grading.course.functions import defined_names

DEFINED = {  # code: the functions that it defines for whoever calls them
    "def f(): pass\ndef g(): pass": ["f", "g"],
    "def f():\n    def inside(): pass\n    return inside": ["f"],
    "class Layer:\n    def forward(self): pass": [],
    "if True:\n    def perhaps(): pass": [],
    "f = lambda x: x": [],
    "def f(:\n    def inside(): pass\ndef g(": ["f", "g"],
    "x = '\\0'\ndef f(): pass\n\0": ["f"],
}


@pytest.mark.parametrize("source", DEFINED)
def test_functions_at_the_top_count_and_those_inside_others_do_not(source):
    assert defined_names(source) == DEFINED[source]
