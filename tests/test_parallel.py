"""Several threads change how long a thing takes, and nothing else."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import numpy as np
import pytest
from hypothesis import given, strategies as st

import dlbook
from dlbook import functional, nn, optim, parallel
from dlbook.clipping import clip_grad_norm_
from dlbook.parallel import cut, each, fill, get_num_threads, matmul, set_num_threads
from dlbook.tensor import Tensor
from tests.benchmark_library import NETWORKS


@pytest.fixture(autouse=True)
def two_threads():
    before = get_num_threads()
    set_num_threads(2)
    yield
    set_num_threads(before)


@pytest.fixture
def many_parts(monkeypatch):
    """Cut everything, as if each number were worth a thread."""
    monkeypatch.setattr(parallel, "PIECE", 50)
    monkeypatch.setattr(parallel, "MULTIPLICATIONS", 500)


@pytest.fixture
def shared(monkeypatch):
    """Return a list that grows by one whenever threads share the parts of an operation."""
    calls, share_out = [], parallel._shared_out

    def count(work, parts):
        calls.append(len(parts))
        return share_out(work, parts)

    monkeypatch.setattr(parallel, "_shared_out", count)
    return calls


def same_bits(function):
    """Assert that 1, 2 and 3 threads give the same arrays, bit for bit."""
    found = []
    for count in (1, 2, 3):
        set_num_threads(count)
        found.append(function())
    for others in zip(*found, strict=True):
        for other in others[1:]:
            np.testing.assert_array_equal(other, others[0])


# ---- the same numbers for any number of threads ----


def images(dtype, *shape):
    return np.random.default_rng(1).normal(size=shape).astype(dtype)


LAYERS = {  # a layer, and the shape of its input
    "linear": (lambda rng: nn.Linear(30, 41, rng=rng), (17, 30)),
    "linear of sequences": (lambda rng: nn.Linear(8, 9, rng=rng), (3, 11, 8)),
    "relu": (lambda rng: nn.ReLU(), (5, 3, 9, 7)),
    "sigmoid": (lambda rng: nn.Sigmoid(), (5, 3, 9, 7)),
    "tanh": (lambda rng: nn.Tanh(), (5, 3, 9, 7)),
    "leaky relu": (lambda rng: nn.LeakyReLU(), (5, 3, 9, 7)),
    "gelu": (lambda rng: nn.GELU(), (5, 3, 9, 7)),
    "softmax": (lambda rng: nn.Softmax(1), (15, 7, 9)),
    "softmax of rows": (lambda rng: nn.Softmax(-1), (15, 63)),
    "dropout": (lambda rng: nn.Dropout(rng=rng), (5, 3, 9, 7)),
    "layer norm": (lambda rng: nn.LayerNorm((9, 7)), (5, 3, 9, 7)),
    "batch norm": (lambda rng: nn.BatchNorm2d(6), (5, 6, 9, 7)),
    "batch norm of rows": (lambda rng: nn.BatchNorm1d(6), (50, 6)),
    "max pooling": (lambda rng: nn.MaxPool2d(3, 2, 1), (5, 6, 9, 7)),
    "average pooling": (lambda rng: nn.AvgPool2d(2), (5, 6, 9, 7)),
    "adaptive pooling": (lambda rng: nn.AdaptiveAvgPool2d(2), (5, 6, 9, 7)),
    "one channel": (lambda rng: nn.Conv2d(1, 6, 5, padding=2, rng=rng), (5, 1, 9, 7)),
    "few channels": (lambda rng: nn.Conv2d(6, 8, 3, 2, 1, rng=rng), (5, 6, 9, 7)),
    "many channels": (lambda rng: nn.Conv2d(32, 24, 3, padding=1, rng=rng), (9, 32, 8, 9)),
    "strided rows": (lambda rng: nn.Conv2d(64, 24, 1, rng=rng), (9, 64, 8, 9)),
    "groups": (lambda rng: nn.Conv2d(6, 9, 3, groups=3, rng=rng), (5, 6, 9, 7)),
    "dilation": (lambda rng: nn.Conv2d(6, 9, 3, dilation=2, rng=rng), (5, 6, 9, 7)),
    "one small image": (lambda rng: nn.Conv2d(32, 9, 3, padding=1, rng=rng), (1, 32, 5, 5)),
}


WHOLE = {"batch norm of rows"}  # one row of pixels, where rows are shared


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_is_shared_and_gives_the_same_bits(name, dtype, many_parts, shared):
    make, shape = LAYERS[name]

    def run():
        layer = make(np.random.default_rng(0))
        for p in layer.parameters():
            p.data = p.data.astype(dtype)
        x = Tensor(images(dtype, *shape), requires_grad=True)
        out = layer(x)
        out.backward(images(dtype, *out.shape))
        return [out.data, x.grad, *(p.grad for p in layer.parameters())]

    same_bits(run)
    if name not in WHOLE:
        assert len(shared) > 2  # forward and backward, with 2 threads and with 3


ARITHMETIC = {  # an operation on two tensors, and their shapes
    "+": (lambda a, b: a + b, (30, 11), (11,)),
    "-": (lambda a, b: a - b, (30, 11), (30, 1)),
    "*": (lambda a, b: a * b, (30, 11), (30, 11)),
    "/": (lambda a, b: a / (b * b + 1), (30, 11), ()),
    "@": (lambda a, b: a @ b, (30, 11), (11, 20)),
    "maximum": (lambda a, b: a.maximum(b), (30, 11), (30, 11)),
    "one at a time": (lambda a, b: -a.exp() + (a * a + 1).log() + b.tanh(), (30, 11), (30, 11)),
    "@ of stacks": (lambda a, b: a @ b, (9, 11, 4), (9, 4, 5)),
    "log_softmax": (lambda a, b: functional.log_softmax(a + b, 1), (30, 11), (30, 11)),
    "mse_loss": (functional.mse_loss, (30, 11), (30, 11)),
    "binary loss": (functional.binary_cross_entropy_with_logits, (30, 11), (30, 11)),
}


@pytest.mark.parametrize("name", ARITHMETIC)
def test_arithmetic_is_shared_and_gives_the_same_bits(name, many_parts, shared):
    operation, *shapes = ARITHMETIC[name]

    def run():
        a, b = (Tensor(images(np.float32, *shape), requires_grad=True) for shape in shapes)
        out = operation(a, b)
        out.backward(images(np.float32, *out.shape))
        return out.data, a.grad, b.grad

    same_bits(run)
    assert len(shared) > 1


OPTIMISERS = {
    "SGD": lambda params: optim.SGD(params, 0.1),
    "momentum": lambda params: optim.SGD(params, 0.1, 0.9, 0.01, nesterov=True),
    "RMSprop": lambda params: optim.RMSprop(params, momentum=0.5, centered=True),
    "Adam": lambda params: optim.Adam(params, weight_decay=0.01),
    "AdamW": lambda params: optim.AdamW(params),
}


@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_step_in_parts_is_the_step_as_a_whole(name, shared):
    def run():
        p = Tensor(images(np.float32, 30, 11), requires_grad=True)
        p.data = np.asfortranarray(p.data)
        optimizer = OPTIMISERS[name]([p])
        for _ in range(3):
            p.grad = images(np.float32, 30, 11) * p.data
            norm = clip_grad_norm_([p], 0.5)
            optimizer.step()
        state = optimizer.state_dict()["state"][0]
        return p.data, norm, *(state[key] for key in sorted(state))

    whole = run()
    assert not shared
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parallel, "PIECE", 50)
        same_bits(run)
        for part, expected in zip(run(), whole, strict=True):
            np.testing.assert_allclose(part, expected, rtol=1e-6)
    assert shared


@pytest.mark.parametrize("shape", [(), (0, 3), (300,), (30, 11)])
def test_gradients_are_clipped_in_parts_as_a_whole(shape, many_parts):
    p = Tensor(np.zeros(shape), requires_grad=True)
    g = np.asarray(images(float, *shape))
    p.grad = g.copy()
    norm = clip_grad_norm_([p], 0.1)
    np.testing.assert_allclose(norm, np.linalg.norm(g))
    np.testing.assert_allclose(p.grad, g * 0.1 / (norm + 1e-6) if g.size else g)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_is_trained_to_the_same_bits(name):
    network, shape, _ = NETWORKS[name]

    def train():
        rng = np.random.default_rng(0)
        model = network(nn, rng=rng)
        optimizer = optim.Adam(model.parameters())
        x, y = Tensor(images(np.float32, *shape)), np.arange(shape[0]) % 10
        for _ in range(3):
            optimizer.zero_grad()
            functional.cross_entropy(model(x), y).backward()
            optimizer.step()
        return [p.data for p in model.parameters()]

    same_bits(train)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dim", [0, 1, -1])
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "layer_norm"])
def test_an_axis_that_is_summed_over_is_never_cut(name, dim, order, monkeypatch):
    x, g = (np.asarray(images(float, 20, 30, 4) + i, order=order) for i in range(2))

    def run():
        t = Tensor(x, requires_grad=True)
        if name == "layer_norm":
            out = functional.layer_norm(t, x.shape[dim:])
        else:
            out = getattr(functional, name)(t, dim)
        out.backward(g)
        return out.data, t.grad

    whole = run()
    monkeypatch.setattr(parallel, "PIECE", 50)
    for part, expected in zip(run(), whole, strict=True):
        np.testing.assert_allclose(part, expected, rtol=1e-12, atol=1e-13)


# ---- parts, and what is made of them ----


@given(st.integers(0, 50), st.integers(-1, 60))
def test_cuts_cover_an_axis_evenly(size, parts):
    slices = cut(size, parts)
    lengths = [s.stop - s.start for s in slices]
    assert [i for s in slices for i in range(s.start, s.stop)] == list(range(size))
    assert len(slices) <= max(1, parts) and max(lengths) - min(lengths) <= 1


@given(st.lists(st.integers(0, 7), max_size=4), st.permutations(range(4)), st.integers(1, 3))
def test_filling_in_parts_is_the_plain_call_in_any_order_in_memory(shape, order, count):
    set_num_threads(count)
    order = [i for i in order if i < len(shape)]
    a = np.arange(np.prod(shape, dtype=int)).reshape([shape[i] for i in order])
    a = a.transpose(np.argsort(order)).astype(float)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parallel, "PIECE", 5)
        out = fill(np.subtract, np.empty_like(a), a, 3.5)
        np.testing.assert_array_equal(fill(np.add, np.empty(a.shape), a, out), 2 * a - 3.5)


@pytest.mark.parametrize("shapes", [((3, 4), (4, 5)), ((2, 3, 4), (4, 5)), ((3, 4), (2, 4, 5))])
def test_products_in_parts_are_products(shapes, many_parts, rng):
    a, b = (rng.normal(size=shape) for shape in shapes)
    np.testing.assert_allclose(matmul(np.repeat(a, 50, -2), b), np.repeat(a, 50, -2) @ b)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_results_stand_in_the_order_of_the_parts(count):
    set_num_threads(count)
    assert each(lambda i: i * i, range(100)) == [i * i for i in range(100)]
    assert each(abs, []) == []


def test_two_threads_work_at_once():
    meeting = threading.Barrier(2, timeout=20)
    each(lambda part: meeting.wait(), range(2))  # one thread alone would wait in vain


@pytest.mark.parametrize(("wrong", "count"), [*product([0, 3, 9], [1, 2, 3])])
@pytest.mark.parametrize("error", [ZeroDivisionError, IndexError, StopIteration])
def test_an_exception_in_a_part_reaches_the_caller_when_nothing_runs_any_more(wrong, count, error):
    set_num_threads(count)
    running = set()

    def work(i):
        running.add(i)
        try:
            if i == wrong:
                raise error("here")
            np.ones((50, 50)) @ np.ones((50, 50))
        finally:
            running.discard(i)

    with pytest.raises(error, match="here"):
        each(work, range(10))
    assert not running
    assert each(abs, range(10)) == list(range(10))


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no signals to one thread")
def test_an_interruption_reaches_the_caller_when_nothing_runs_any_more():
    caller, begun, done = threading.main_thread(), threading.Event(), []

    def work(part):
        if threading.current_thread() is caller:
            begun.wait(10)  # then it waits for the other
            return
        begun.set()
        time.sleep(0.1)
        signal.pthread_kill(caller.ident, signal.SIGINT)
        time.sleep(0.1)
        done.append(part)

    set_num_threads(2)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            each(work, range(2))
        assert len(done) == 1
    finally:
        signal.signal(signal.SIGINT, before)


def test_parts_may_have_parts():
    inner = each(lambda i: sum(each(lambda j: i * j, range(10))), range(10))
    assert inner == [45 * i for i in range(10)]


def test_several_threads_of_a_user_may_call_at_once_and_change_the_count(many_parts):
    x, w = images(float, 5, 6, 9, 7), images(float, 4, 6, 3, 3)
    expected = functional.conv2d(Tensor(x), Tensor(w), padding=1).data

    def call(i):
        set_num_threads(1 + i % 3)
        return functional.conv2d(Tensor(x), Tensor(w), padding=1).data

    with ThreadPoolExecutor(4) as pool:
        for out in pool.map(call, range(40)):
            np.testing.assert_array_equal(out, expected)


def test_settings_of_the_caller_hold_in_every_part(many_parts):
    meeting = threading.Barrier(2, timeout=20)

    def work(part):
        meeting.wait()
        return np.float64(1) / np.float64(0)

    with np.errstate(divide="ignore"):
        assert each(work, range(2)) == [np.inf, np.inf]
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
        each(work, range(2))


# ---- how many ----


def test_the_count_is_kept_and_has_torchs_names():
    dlbook.set_num_threads(np.int64(3))
    assert dlbook.get_num_threads() == 3 and type(dlbook.get_num_threads()) is int


@pytest.mark.parametrize("count", [0, -1, 1.0, "2", None, True])
def test_another_count_is_refused(count):
    with pytest.raises(ValueError, match=r"integer of 1 or more, got .*; 1 uses one core"):
        set_num_threads(count)
    assert get_num_threads() == 2


def answer(code, **environment):
    """Return what a fresh Python prints."""
    names = {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}
    kept = {name: value for name, value in os.environ.items() if name not in names}
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(
        command, env=kept | environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


COUNT = "import dlbook; print(dlbook.get_num_threads())"


@pytest.mark.parametrize(
    ("asked", "least"), [({}, 99), ({"OMP_NUM_THREADS": "1"}, 1), ({"OMP_NUM_THREADS": "many"}, 99)]
)
def test_the_count_begins_as_what_is_there_and_allowed(asked, least):
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert int(answer(COUNT, **asked)) == min(cores, least)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity on this system")
def test_a_process_that_may_use_one_core_begins_with_one_thread():
    assert (
        answer("import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))]);" + COUNT) == "1"
    )


def test_where_no_thread_can_be_started_the_caller_does_all(monkeypatch, many_parts):
    def refuse(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    set_num_threads(3)
    assert each(lambda i: 2 * i, range(10)) == [2 * i for i in range(10)]


def test_in_a_browser_there_is_one_thread_and_no_threadpoolctl():
    code = """
import sys, threading
def refuse(thread): raise RuntimeError("can't start new thread")
import numpy, dlbook.functional
threading.Thread.start = refuse
sys.modules["threadpoolctl"] = None
sys.platform = "emscripten"
import dlbook
x, w = (dlbook.Tensor(numpy.ones((32, 32, side, side))) for side in (32, 3))
dlbook.functional.relu(dlbook.functional.conv2d(x, w))
dlbook.set_num_threads(2)
dlbook.functional.relu(dlbook.functional.conv2d(x, w))
dlbook.set_num_threads(1)
print(dlbook.get_num_threads())
"""
    assert answer(code) == "1"


# ---- beside others: the BLAS, and processes that fork ----

BLAS = """
import threadpoolctl, numpy, dlbook
def threads(): return [lib["num_threads"] for lib in threadpoolctl.threadpool_info()]
numpy.ones((2, 2)) @ numpy.ones((2, 2))
threadpoolctl.threadpool_limits(3)
before = threads()
inside = dlbook.parallel.each(lambda part: threads(), range(4))
assert all(count == 1 for found in inside for count in found), inside
def wrong(part): 1 / 0
try: dlbook.parallel.each(wrong, range(4))
except ZeroDivisionError: pass
assert threads() == before, (threads(), before)
print("as before")
"""


def test_the_blas_has_one_thread_inside_and_its_own_again_afterwards():
    assert answer(BLAS) == "as before"


FORK = """
import os, signal, sys, threading, warnings
import numpy as np
from dlbook.parallel import each, get_num_threads, set_num_threads
warnings.simplefilter("ignore")  # Python warns of forks with threads: that is the point here
set_num_threads(3)
each(abs, range(10))
child = os.fork()
signal.alarm(30)  # a child that waits for threads which it does not have would wait for ever
meeting = threading.Barrier(2, timeout=20)
each(lambda part: meeting.wait(), range(2))  # one thread alone would wait in vain
assert each(abs, range(10)) == list(range(10)) and get_num_threads() == 3
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_child_process_starts_threads_of_its_own():
    answer(FORK)


def test_importing_parallel_loads_numpy_alone():
    code = "import sys, dlbook.parallel; print('threadpoolctl' in sys.modules)"
    assert answer(code) == "False"
