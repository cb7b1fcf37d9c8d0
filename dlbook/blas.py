"""The BLAS, which multiplies matrices for NumPy: which one is loaded, and what it makes use of."""

from functools import cache
from typing import Any

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
def uses_avx512() -> bool:
    """Return whether products run code of OpenBLAS for AVX-512."""
    return any(b.internal_api == "openblas" and b.architecture in AVX512 for b in libraries())
