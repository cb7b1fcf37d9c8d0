import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from dlbook.functional.scratch import scratch

PEAKS = """
import tracemalloc
tracemalloc.start()
from dlbook import Tensor, functional
print(tracemalloc.get_traced_memory()[1] >> 20)
functional.conv2d(Tensor([[[[1.0]]]]), Tensor([[[[1.0]]]]))
print(tracemalloc.get_traced_memory()[1] >> 20)
"""


def test_memory_is_reused_by_the_next_call_in_its_own_thread_alone():
    first, second = (scratch((2, 3), np.dtype(np.float32)) for _ in range(2))
    with ThreadPoolExecutor() as pool:
        other = pool.submit(scratch, (2, 3), np.dtype(np.float32)).result()
    assert np.shares_memory(first, second) and not np.shares_memory(first, other)
    assert (first.shape, first.dtype) == ((2, 3), np.float32)


def test_only_the_first_convolution_asks_for_a_large_array():
    command = [sys.executable, "-c", PEAKS]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    after_import, after_convolution = map(int, done.stdout.split())
    assert after_import < 31 <= after_convolution
