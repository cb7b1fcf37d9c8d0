"""Which code of OpenBLAS multiplies matrices."""

from types import SimpleNamespace

import pytest

from dlbook import blas


@pytest.mark.parametrize(
    ("api", "architecture", "expected"),
    [
        ("openblas", "SkylakeX", True),
        ("openblas", "SapphireRapids", True),
        ("openblas", "Haswell", False),
        ("openblas", None, False),  # one that was built for a single processor
        ("mkl", "SkylakeX", False),
    ],
)
def test_avx512_is_used_where_openblas_has_code_for_it(monkeypatch, api, architecture, expected):
    library = SimpleNamespace(internal_api=api, architecture=architecture)
    monkeypatch.setattr(blas, "libraries", lambda: [library])
    assert blas.uses_avx512.__wrapped__() == expected
