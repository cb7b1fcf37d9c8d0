"""The BLAS, which multiplies matrices for NumPy: which one is loaded, and what it makes use of.

OpenBLAS chooses its code by the processor when it is loaded. One that is newer than OpenBLAS gets
code for an old one, without AVX-512, which takes up to 1.6 times as long here. Nothing can change
that in a process that runs; the environment of a new one can (`environment`).
"""

import os
from functools import cache
from typing import Any

import numpy as np

CORETYPE = "OPENBLAS_CORETYPE"
AVX512 = {"SkylakeX", "Cooperlake", "SapphireRapids"}  # what OpenBLAS calls its code for it


@cache
def libraries() -> list[Any]:
    """Return a handle of each BLAS that is loaded; none where nobody can ask for them."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:  # in a browser, where a BLAS has one thread
        return []
    return list(ThreadpoolController().select(user_api="blas").lib_controllers)


@cache
def processor_has_avx512() -> bool:
    """Return whether NumPy found AVX-512 in this processor."""
    found = (np.show_config(mode="dicts") or {}).get("SIMD Extensions", {}).get("found", [])
    return bool({"X86_V4", "AVX512_SKX"} & set(found))


def architectures() -> list[str]:
    """Return for which processor each OpenBLAS that is loaded runs its code, such as 'Haswell'."""
    return [b.architecture for b in libraries() if b.internal_api == "openblas" and b.architecture]


def uses_avx512() -> bool:
    """Return whether products run code of OpenBLAS for AVX-512."""
    return bool(AVX512 & set(architectures()))


def environment() -> dict[str, str]:
    """Return the environment variables that a new process needs, for OpenBLAS to use AVX-512.

    None are needed where it does, where the processor has none, or where somebody has chosen.
    """
    chosen = CORETYPE in os.environ or uses_avx512()
    if chosen or not architectures() or not processor_has_avx512():
        return {}
    return {CORETYPE: "SkylakeX"}
