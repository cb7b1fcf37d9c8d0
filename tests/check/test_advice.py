import re
import time

import numpy as np
import pytest

from dlbook.check import advice
from dlbook.check.advice import with_advice
from dlbook.check.compare import explain
from dlbook.check.wire import Failure
from dlbook.i18n import use
from dlbook.i18n.retell import retold

torch = pytest.importorskip("torch")


def ones(*shape: int) -> np.ndarray:
    return np.ones(shape)


RAISED = {  # what raises: what a learner reads of it
    "matmul": (lambda: ones(2, 3) @ ones(6, 4), "inner sizes 3 and 6 must be equal"),
    "dot": (lambda: ones(2, 3).dot(ones(6, 4)), "inner sizes 3 and 6 must be equal"),
    "torch": (lambda: torch.ones(2, 3) @ torch.ones(6, 4), "inner sizes 3 and 6 must be equal"),
    "matmul with a number": (lambda: 2.0 @ ones(3), "@ needs arrays on both sides"),
    "broadcast": (lambda: ones(2, 3) + ones(4), "shapes (2,3) and (4,) do not fit"),
    "broadcast three": (lambda: np.where(ones(3), ones(4), 0), "shapes do not fit"),
    "broadcast_to": (lambda: np.broadcast_to(ones(3), (2, 4)), "shapes do not fit"),
    "broadcast_shapes": (lambda: np.broadcast_shapes((2,), (3,)), "shapes (2,) and (3,) do not"),
    "broadcast in torch": (lambda: torch.ones(2, 3) + torch.ones(4), "sizes 3 and 4 of one axis"),
    "in place": (lambda: ones(3).__iadd__(ones(2, 3)), "has shape (2,3) and does not fit into"),
    "into a slice": (lambda: ones(3).__setitem__(slice(2), ones(4)), "into a place of shape (2,)"),
    "index": (lambda: ones(5, 2)[:, 7], "index 7 on axis 1, which has 2 entries"),
    "too many": (lambda: ones(5)[1, 2], "2 indices for an array with 1 axes"),
    "mask": (lambda: ones(5)[np.ones(4, bool)], "a mask of 4 entries on axis 0, which has 5"),
    "float index": (lambda: ones(5)[1.5], "a whole number, a slice or a mask"),
    "float indices": (lambda: ones(5)[ones(2)], "does this one hold floats?"),
    "pairs": (lambda: ones(5, 5)[np.arange(3), np.arange(4)], "read in pairs"),
    "reshape": (lambda: np.arange(12).reshape(5, 2), "12 numbers do not fill shape (5,2)"),
    "axis": (lambda: ones(2, 2).sum(axis=2), "axis 2 of an array with 2 axes"),
    "truth": (lambda: bool(ones(3) > 0), "all of them, any, or each by itself"),
    "join": (lambda: np.concatenate([ones(2, 3), ones(2, 4)]), "axis 1 has 3 here and 4 there"),
    "join axes": (lambda: np.concatenate([ones(2, 3), ones(3)]), "equally many axes, here 2 and 1"),
    "stack": (lambda: np.stack([ones(2), ones(3)]), "which one differs?"),
    "ragged": (lambda: np.array([[1], [1, 2]]), "rows of different lengths"),
    "array for number": (lambda: ones(3).__setitem__(0, ones(2)), "where one number is needed"),
    "cast": (lambda: np.arange(3).__iadd__(0.5), "float64 does not go into an array of int64"),
    "one number": (lambda: float(ones(2)), "an array where one number is needed"),
    "empty": (lambda: ones(0).max(), "without any number has no largest"),
    "read only": (lambda: np.broadcast_to(1, (2,)).__setitem__(0, 1), "may not be written to"),
}


@pytest.mark.parametrize("case", RAISED)
def test_an_error_of_numpy_is_translated_and_kept(case):
    act, words = RAISED[case]
    with pytest.raises((ValueError, TypeError, IndexError, RuntimeError)) as caught:
        act()
    first, *others = with_advice(f"{caught.type.__name__}: {caught.value}").splitlines()
    assert first.startswith(f"{caught.type.__name__}: ") and words in first
    assert first.endswith("?") and "{" not in first
    assert "as NumPy says it: " in others[0] and str(caught.value).strip() in others[0]


def test_every_pattern_has_a_test():
    raised = []
    for act, _words in RAISED.values():
        try:
            act()
        except Exception as error:
            raised.append(str(error))
    assert all(any(re.search(pattern, e) for e in raised) for pattern, _text in advice._NUMPY)


LINES = {  # the line that raised: what is asked
    "in forward, line 2 of its cell: return x @ W + b": "which of x, W is turned?",
    "in f, line 2 of its cell: y = np.maximum(x@w.T, 0)": "which of x, w.T is turned?",
    "return a @ b @ c": "which of the two is turned?",
    "return f(x) @ W": "which of the two is turned?",
    "return x[0] @ W": "which of the two is turned?",
    "return x @ W[0]": "which of the two is turned?",
    "": "which of the two is turned?",
}


@pytest.mark.parametrize("line", LINES)
def test_a_product_is_asked_about_by_the_names_of_its_factors(line):
    with pytest.raises(ValueError) as caught:
        ones(2, 3) @ ones(6, 4)
    text = explain(1.0, Failure("ValueError", str(caught.value), line), 1e-6, 1e-9)
    assert f"inner sizes 3 and 6 must be equal: {LINES[line]}" in text
    assert text.endswith(line)


PYTHON = {  # what a beginner types: what is said of it in English, and in Chinese
    "print(1，2)": ("switch the keyboard to English", "把输入法切换到英文"),
    "print（1)": ("switch the keyboard to English", "把输入法切换到英文"),
    "x = “right”": ("switch the keyboard to English", "把输入法切换到英文"),
    "x =\u3000 1": ("switch the keyboard to English", "把输入法切换到英文"),
    "x = (1": ("which one has none?", "同类的右括号"),
    "x = (1]": ("which one has none?", "同类的右括号"),
    "x = 1)": ("which one has none?", "同类的右括号"),
    "x = 'right": ("an English one?", "是英文引号吗"),
    'x = "right”': ("an English one?", "是英文引号吗"),
    "x = '''right": ("an English one?", "是英文引号吗"),
    "no_such_name": ("was it run since the kernel started", "内核启动后运行过它吗"),
    "if 1:\nx = 1": ("which line does not?", "哪一行不是这样？"),
    "if 1:\n    x = 1\n  y = 2": ("which line does not?", "哪一行不是这样？"),
    "if 1:\n\tx = 1\n        y = 2": ("which line does not?", "哪一行不是这样？"),
    "(lambda a, b: a)(1)": ("begins with `def`", "和 `def` 开头的那一行对照"),
    "(lambda: 1)(1)": ("begins with `def`", "和 `def` 开头的那一行对照"),
    "(lambda a, b=1: 1)(1, 2, 3)": ("begins with `def`", "和 `def` 开头的那一行对照"),
    "x = [1, 2].sort()\nx[0]": ("such as shuffle, sort and append", "就地修改的函数"),
    "a, b = None": ("such as shuffle, sort and append", "就地修改的函数"),
    "def f(x)\n    return x": ("ends with a colon", "以冒号结尾"),
    "def f(x):\n    y = x\nreturn y": ("which line does not?", "哪一行不是这样？"),
    "x = 2\ny = 2x": ("a product needs its *", "乘法要写出 *"),
    "if 1 = 1:\n    pass": ("compared with ==", "比较两个值用 =="),
    "x = lambda / 2 * 1": ("a word of Python such as lambda", "Python 关键字"),
    "def f():\n    n += 1\nf()": ("at first, before any loop", "循环之前它应该是什么"),
    "(1, 2)()": ("this is no function", "而这不是函数"),
    "def f():\n    f()\nf()": ("calls itself without an end", "没完没了地调用自己"),
    "[1].shape": ("makes an array of it", "把它变成数组"),
    "import numpy\nnumpy.ones(2).append(1)": ("no such method", "数组没有这个方法"),
    "import numpy\nnumpy.mode([1])": ("no function of this name", "没有这个名称的函数"),
    "for a, b in {'abc': 1}: pass": ("a dict with .items()", "遍历字典用 .items()"),
    "a, b = [1, 2], [3]\nfor x, y in b, a: pass": ("together with zip", "同时遍历两个列表用 zip"),
    "a, b = 3.0": ("take as many values", "要有同样多的值"),
    "for i in 3: pass": ("is range(...) missing", "是不是少了 range(...)"),
    "import numpy\nfor x in numpy.float64(3): pass": ("a single number", "这是一个数"),
    "len(3.5)": ("a single number", "这是一个数"),
    "(1, 2)[2]": ("the last of n is number n - 1", "最后一个的下标是 n - 1"),
    "[[1]][0, 0]": ("rows[i][j]", "列表一次只接受一个下标"),
    "[1, 2][: 3 / 2]": ("int(...) or // makes one", "用 int(...) 或 // 得到整数"),
    "range(4 / 2)": ("int(...) or // makes one", "用 int(...) 或 // 得到整数"),
    "import numpy\nnumpy.zeros(2, 3)": ("two pairs of brackets", "有两对括号"),
    "import numpy\nnumpy.ones(2) ^ 2": ("A power is written with **", "乘方写成 **"),
    "2.5 ^ 2": ("A power is written with **", "乘方写成 **"),
    "print * 2.0": ("do not go together", "不能这样运算"),
    "[1] * [2]": ("do not go together", "不能这样运算"),
    "'loss: ' + 1": ("do not go together", "不能这样运算"),
    "{}[3]": ("The dict has no such entry", "字典里没有这一项"),
    "raise NotImplementedError": ("where your code belongs", "你的代码该写在哪里"),
}


@pytest.mark.parametrize("code", PYTHON)
def test_an_error_of_python_comes_with_advice_in_both_languages(code):
    with pytest.raises(Exception) as caught:
        exec(compile(code, "cell", "exec"), {})
    error = f"{caught.type.__name__}: {caught.value}"
    english, chinese = PYTHON[code]
    kept, *advice = with_advice(error).splitlines()
    assert kept == error and len(advice) == 1 and english in advice[0]
    use("zh")
    assert with_advice(error).splitlines()[1:] == [retold(advice[0])]
    assert chinese in retold(advice[0])


def test_a_sign_that_no_keyboard_for_chinese_has_is_left_to_python():
    with pytest.raises(SyntaxError) as caught:
        compile("2 × 3", "cell", "exec")
    assert with_advice(f"SyntaxError: {caught.value}") == f"SyntaxError: {caught.value}"


def test_what_is_no_error_of_numpy_stays_as_it_is():
    assert with_advice("ValueError: my own") == "ValueError: my own"
    assert "is a `return` missing?" in with_advice("TypeError: NoneType")


def test_a_long_text_of_a_stranger_takes_no_time():
    started = time.process_time()
    for start in ("matmul: ", "operands could not be broadcast together with shapes (", "x @ " * 9):
        with_advice(start + "1," * 5_000, "a@" * 5_000 + "x" * 5_000)
    assert time.process_time() - started < 1
