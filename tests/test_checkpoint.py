import os
import stat

import numpy as np
import pytest

from dlbook import nn
from dlbook.checkpoint import load, save


def test_what_is_saved_comes_back_with_shape_and_dtype(tmp_path, rng):
    state = {"a.weight": rng.normal(size=(2, 0, 3)), "b": np.float32(rng.normal(size=5))}
    state |= {"steps": np.array(3), "mask": np.array([True, False])}
    save(state, tmp_path / "model.npz")
    back = load(str(tmp_path / "model.npz"))
    assert list(back) == list(state)
    for name, array in state.items():
        assert back[name].dtype == array.dtype
        np.testing.assert_array_equal(back[name], array)


def test_a_model_comes_back_as_it_was(tmp_path, rng):
    first, second = (nn.Sequential(nn.Linear(3, 4, rng=rng), nn.ReLU()) for _ in range(2))
    save(first.state_dict(), tmp_path / "model")
    second.load_state_dict(load(tmp_path / "model"))
    for p, q in zip(first.parameters(), second.parameters(), strict=True):
        np.testing.assert_array_equal(p.data, q.data)
    assert os.listdir(tmp_path) == ["model"]


def test_a_file_is_replaced_whole_or_stays_as_it_was(tmp_path, monkeypatch):
    path, old = tmp_path / "model.npz", {"w": np.zeros(3)}
    save(old, path)
    save({"w": np.ones(3)}, path)
    assert load(path)["w"].sum() == 3

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save(old, path)
    assert load(path)["w"].sum() == 3 and os.listdir(tmp_path) == ["model.npz"]


@pytest.mark.skipif(os.name != "posix", reason="permissions as on Linux and macOS")
def test_others_may_read_what_they_may_read_otherwise(tmp_path):
    save({"w": np.ones(1)}, tmp_path / "ours")
    (tmp_path / "usual").touch()
    ours, usual = (stat.S_IMODE((tmp_path / n).stat().st_mode) for n in ("ours", "usual"))
    assert ours == usual


@pytest.mark.parametrize(
    ("state", "got"), [({"w": [1.0]}, "list for w"), ({"w": np.array([{}])}, "dtype object for w")]
)
def test_only_arrays_of_numbers_are_saved(state, got, tmp_path):
    with pytest.raises(TypeError, match=f"arrays of numbers, got {got}; pass model.state_dict"):
        save(state, tmp_path / "model")
    assert not os.listdir(tmp_path)


class Trap:
    def __reduce__(self):
        return pytest.fail, ("a pickle was read",)


@pytest.mark.parametrize("kind", ["empty", "text", "cut", "changed", "pickle", "one array"])
def test_a_file_of_another_kind_is_refused_and_never_run(kind, tmp_path):
    path = tmp_path / "model.npy"
    save({"w": np.arange(100.0)}, path)
    whole = path.read_bytes()
    contents = {"empty": b"", "text": b"weights", "cut": whole[:500]}
    contents |= {"changed": whole[:400] + b"?" + whole[401:]}
    if kind in contents:
        path.write_bytes(contents[kind])
    elif kind == "pickle":
        with path.open("wb") as file:
            np.savez(file, w=np.array([Trap()], object))
    else:
        np.save(path, np.ones(3))
    with pytest.raises(ValueError, match="npz file of numbers, as save writes it"):
        load(path)


def test_a_path_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"got none at .*model\.npz"):
        load(tmp_path / "model.npz")
    with pytest.raises(FileNotFoundError, match=r"a folder that exists, got .*missing"):
        save({}, tmp_path / "missing" / "model.npz")
