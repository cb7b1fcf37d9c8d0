import os
import stat
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp

from dlbook import nn, optim
from dlbook.checkpoint import load, save
from dlbook.tensor import Tensor


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


def same(first, second):
    """Return whether two values agree in types, names, order and every bit."""
    if isinstance(first, np.ndarray | np.generic):
        kind = (type(first), first.dtype, first.shape)
        return kind == (type(second), second.dtype, second.shape) and (
            first.tobytes() == second.tobytes()
        )
    if isinstance(first, dict):
        return list(first) == list(second) and all(same(first[k], second[k]) for k in first)
    if isinstance(first, list | tuple):
        pairs = zip(first, second, strict=True)
        return type(first) is type(second) and all(same(*pair) for pair in pairs)
    return type(first) is type(second) and repr(first) == repr(second)


NAMES = ["", "file", "allow_pickle", "kwds", "args", "contents.json", "a.npy", "a", "a/b", "../a"]
NAMES += ["/", ".", "..", "#0", "#1", "a b", "gewicht_ä", "重み", "\U0001f600", "\0", "a\0b", "\n"]
NAMES += ["\ud800", "C:\\w", "CON", "n" * 300, "n" * 70_000, "A", "e\u0301", "é", " ", "self"]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:20])
def test_an_array_may_have_any_name(name, tmp_path):
    state = {name: np.ones(2), "other": {name: np.zeros(3), 0: {name: name}}}
    save(state, tmp_path / "file")
    assert same(load(tmp_path / "file"), state)


def test_arrays_may_have_all_these_names_at_once(tmp_path):
    state = {name: np.full(2, i) for i, name in enumerate(NAMES)}
    state |= {"nested": {"a": np.ones(1)}, "nested/a": np.zeros(1), 0: np.ones(3), "0": np.ones(4)}
    save(state, tmp_path / "file")
    assert same(load(tmp_path / "file"), state)


ARRAYS = hnp.arrays(
    st.sampled_from([np.float16, np.float32, ">f8", np.int64, np.uint8, bool, np.complex64]),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
)
LEAVES = ARRAYS | st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
LEAVES |= ARRAYS.map(np.transpose) | st.builds(np.float32, st.floats(width=32))
VALUES = st.recursive(
    LEAVES,
    lambda part: (
        st.lists(part, max_size=3)
        | st.lists(part, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=5) | st.integers(), part, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=5) | st.integers(), VALUES, max_size=4))
def test_whatever_is_saved_comes_back_to_the_bit(state):
    with TemporaryDirectory() as folder:
        save(state, Path(folder, "file"))
        assert same(load(Path(folder, "file")), state)


def test_other_programs_read_the_arrays_by_their_names(tmp_path, rng):
    model = nn.Sequential(nn.Linear(3, 4, rng=rng))
    save(model.state_dict(), tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz") as stored:
        np.testing.assert_array_equal(stored["0.weight"], model[0].weight.data)


def test_a_file_of_numpy_is_read(tmp_path):
    np.savez(tmp_path / "model.npz", w=np.arange(3), **{"0.bias": np.ones(2)})
    assert same(load(tmp_path / "model.npz"), {"w": np.arange(3), "0.bias": np.ones(2)})
    np.savez_compressed(tmp_path / "model.npz", w=np.arange(3))
    assert same(load(tmp_path / "model.npz"), {"w": np.arange(3)})


@pytest.mark.parametrize("length", [1, 250, 252, 255])
def test_a_file_may_have_a_name_as_long_as_the_system_allows(length, tmp_path):
    save({"w": np.ones(1)}, tmp_path / ("n" * length))
    assert os.listdir(tmp_path) == ["n" * length] and load(tmp_path / ("n" * length))["w"] == 1


WRONG = [
    ({"w": {1.0}}, "set for w"),
    ({"w": np.array([{}])}, "dtype object for w"),
    ({"w": np.array(["a"])}, "dtype <U1 for w"),
    ({"w": np.array([1], "M8[s]")}, "dtype datetime64"),
    ({"w": np.ma.masked_array([1.0])}, "a masked array for w"),
    ({"w": Tensor([1.0])}, "Tensor for w"),
    ({"w": b"bytes"}, "bytes for w"),
    ({"a": {"b": [np.ones(1), print]}}, "builtin_function_or_method for a/b/1"),
    ({"rng": np.random.default_rng(0)}, "Generator for rng"),
    ([np.ones(1)], "list"),
    (np.ones(1), "ndarray"),
    (None, "NoneType"),
]


@pytest.mark.parametrize(("state", "got"), WRONG)
def test_what_is_no_number_or_text_is_refused_and_the_old_file_stays(state, got, tmp_path):
    save({"w": np.ones(1)}, tmp_path / "model")
    with pytest.raises(TypeError, match=rf"arrays.*, got {got}.*; pass model\.state_dict"):
        save(state, tmp_path / "model")
    assert os.listdir(tmp_path) == ["model"] and load(tmp_path / "model")["w"] == 1


@pytest.mark.parametrize("key", [None, 1.0, (1, 2), b"w"])
def test_a_name_is_a_text_or_a_number(key, tmp_path):
    with pytest.raises(TypeError, match=r"needs texts or numbers as names, got .* for a; rename"):
        save({"a": {key: 1}}, tmp_path / "model")
    with pytest.raises(TypeError, match=r"as names, got [^ ]+( 2\))?; rename"):
        save({key: 1}, tmp_path / "model")


def test_what_holds_itself_is_refused_and_the_old_file_stays(tmp_path):
    state = {"w": np.ones(1)}
    save(state, tmp_path / "model")
    state["parts"] = [state]
    with pytest.raises(
        ValueError, match=r"needs dicts and lists.*, got more, as of a dict.*; save"
    ):
        save(state, tmp_path / "model")
    assert load(tmp_path / "model") == {"w": 1}


class Trap:
    def __reduce__(self):
        return pytest.fail, ("a pickle was read",)


KINDS = ["empty", "text", "cut", "changed", "pickle", "one array", "no members"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_another_kind_is_refused_and_never_run(kind, tmp_path):
    path = tmp_path / "model.npy"
    save({"w": np.arange(100.0)}, path)
    whole = path.read_bytes()
    contents = {"empty": b"", "text": b"weights", "cut": whole[:500]}
    contents |= {"changed": whole[:400] + b"?" + whole[401:]}
    if kind in contents:
        path.write_bytes(contents[kind])
    elif kind == "no members":
        with path.open("wb") as file:
            np.savez(file)
    elif kind == "pickle":
        with path.open("wb") as file:
            np.savez(file, w=np.array([Trap()], object))
    else:
        np.save(path, np.ones(3))
    with pytest.raises(ValueError, match="npz file of numbers, as save writes it"):
        load(path)


def nested(rng):
    model = nn.Sequential(nn.Linear(3, 2, rng=rng))
    optimizer = optim.Adam(model.parameters())
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "ä": 1}
    return state | {"rng": rng.bit_generator.state}


def test_a_file_with_any_byte_changed_is_whole_or_refused_by_its_name(tmp_path, rng):
    path, state = tmp_path / "model.npz", nested(rng)
    save(state, path)
    whole, refused = path.read_bytes(), 0
    for place in range(len(whole)):
        changed = whole[place] ^ (1 << place % 8)
        path.write_bytes(whole[:place] + bytes([changed]) + whole[place + 1 :])
        try:
            assert same(load(path), state)
        except ValueError as error:
            refused += 1
            assert str(path) in str(error) and "damaged" in str(error)
    assert refused > len(whole) / 2  # what remains are dates and the like, which nobody reads


def test_a_file_that_was_cut_off_anywhere_is_refused(tmp_path, rng):
    path = tmp_path / "model.npz"
    save(nested(rng), path)
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"model\.npz, which .* damaged"):
            load(path)


@pytest.mark.parametrize("path", [None, 3, 1.5, b"model", ["model"]])
def test_what_is_no_path_is_refused(path):
    for name, call in (
        ("save", lambda: save({"w": np.zeros(1)}, path)),
        ("load", lambda: load(path)),
    ):
        with pytest.raises(
            TypeError, match=f"{name} needs a path, got {type(path).__name__}; write"
        ):
            call()


def test_a_folder_is_not_written_over(tmp_path):
    with pytest.raises(IsADirectoryError, match=r"got the folder .*; add a name"):
        save({}, tmp_path)
    with pytest.raises(FileNotFoundError, match="got none at"):
        load(tmp_path)
    assert not os.listdir(tmp_path)


def test_a_path_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"got none at .*model\.npz"):
        load(tmp_path / "model.npz")
    with pytest.raises(FileNotFoundError, match=r"a folder that exists, got .*missing"):
        save({}, tmp_path / "missing" / "model.npz")
