import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from dlbook import data


def test_digits_are_what_scikit_learn_carries():
    found = find_spec("sklearn")  # finds its files without importing it
    table = np.loadtxt(Path(found.origin).parent / "datasets/data/digits.csv.gz", delimiter=",")
    x, y = data.load_digits()
    np.testing.assert_array_equal(x.reshape(-1, 64) * 16, table[:, :-1])
    np.testing.assert_array_equal(y, table[:, -1])


def test_digits_have_the_shapes_that_are_promised():
    x, y = data.load_digits()
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((1797, 8, 8), np.float32, (1797,), np.int64)
    assert (x.min(), x.max()) == (0, 1)
    assert np.bincount(y).min() > 170 and set(y) == set(range(10))


def test_mnist_has_the_shapes_that_are_promised():
    x, y = data.load_mnist()
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((5000, 28, 28), np.float32, (5000,), np.int64)
    assert (x.min(), x.max()) == (0, 1) and (np.bincount(y) == 500).all()
    columns, rows = x.mean(axis=(0, 1)), x.mean(axis=(0, 2))
    for ink in (columns, rows):  # in the middle, none at the border: not cut wrongly
        assert ink[[0, 1, -2, -1]].max() < 0.01 < 0.15 < ink[12:16].min()


def test_without_the_extra_mnist_says_what_to_install(monkeypatch):
    monkeypatch.setattr("dlbook.data.pictures.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r'got none installed; run pip install "dlbook\[data\]"'):
        data.load_mnist()


def test_the_photo_keeps_its_proportions_at_every_size():
    x = data.load_photo()
    assert (x.shape, x.dtype) == ((128, 109), np.float32)
    assert 0 <= x.min() < 0.1 and 0.9 < x.max() <= 1 and x.std() > 0.15
    whole = data.load_photo(600)
    assert whole.shape == (600, 512)
    blocks = whole.reshape(6, 100, 512).mean(axis=(1, 2))
    np.testing.assert_allclose(data.load_photo(6).mean(axis=1), blocks, atol=0.01)
    with pytest.raises(ValueError, match="from 2 to 600 pixels, got 1000"):
        data.load_photo(1000)


def test_loading_data_imports_no_drawing_library():
    code = "import sys; from dlbook import data; data.load_digits(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"matplotlib", "PIL", "mlxtend", "pandas", "sklearn"} & set(done.stdout.split())


MADE = ["glyphs", "load_corpus", "load_digits", "load_mnist", "load_photo", "reviews", "vowels"]


@pytest.mark.parametrize("name", MADE)
def test_each_data_set_names_its_source_and_licence(name):
    text = getattr(data, name).__doc__
    assert "Source:" in text and "licence" in text.lower()
