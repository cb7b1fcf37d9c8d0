import io
import pickle
import zipfile
from collections import OrderedDict

import numpy as np
import pytest
import torch

from dlbook import torch_file

DTYPES = [torch.float64, torch.float32, torch.float16, torch.int64, torch.int32, torch.int16]
DTYPES += [torch.int8, torch.uint8, torch.bool]
FORMATS = {"zip": True, "before 2020": False}


@pytest.fixture(params=FORMATS)
def saved(request, tmp_path):
    """A function that lets torch save something, and returns the path."""

    def save(content):
        zipped = FORMATS[request.param]
        path = tmp_path / "weights.pth"
        torch.save(content, path, _use_new_zipfile_serialization=zipped)
        return path

    return save


def test_arrays_are_those_that_torch_loads(saved):
    base = torch.arange(24.0).reshape(2, 3, 4)
    content = {str(dtype): torch.tensor([0, 1, 3]).to(dtype) for dtype in DTYPES}
    content |= {
        "turned": base.permute(2, 0, 1),
        "part": base[1, ::2, 1:3],
        "number": torch.tensor(3),
    }
    content |= {"empty": torch.zeros(0, 3), "learned": torch.nn.Parameter(base)}
    path = saved(content)
    ours, theirs = torch_file.load(path), torch.load(path, weights_only=True)
    assert list(ours) == list(theirs) == list(content)
    for name, array in ours.items():
        np.testing.assert_array_equal(array, theirs[name].detach().numpy(), strict=True)
        assert array.flags.owndata and array.flags.writeable


def test_a_module_of_torch_comes_as_it_was_saved(saved):
    module = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3), torch.nn.BatchNorm2d(3))
    path = saved(module.state_dict())
    for name, array in torch_file.load(path).items():
        np.testing.assert_array_equal(array, module.state_dict()[name].numpy(), strict=True)


REFUSED = {
    "a number type that NumPy lacks": ({"w": torch.ones(2, dtype=torch.bfloat16)}, "BFloat16"),
    "a whole module": (torch.nn.Linear(2, 1), "asks for torch"),
    "something beside arrays": ({"w": torch.ones(2), "epoch": 3}, "under 'epoch' it holds a int"),
    "no dict": ([torch.ones(2)], "holds a list, no dict"),
    "one number seen often": ({"w": torch.ones(1).expand(3)}, "w is larger than its memory"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_state_dict_is_refused(what, saved):
    content, why = REFUSED[what]
    with pytest.raises(ValueError, match=rf"(?s)load needs a file that torch.save.*{why}"):
        torch_file.load(saved(content))


def test_half_of_a_file_is_refused(saved):
    path = saved({"w": torch.ones(1000)})
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(ValueError, match="holds something else or is damaged"):
        torch_file.load(path)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"got none at .*; check the path"):
        torch_file.load(tmp_path / "none.pth")


# ---- files that mean harm ----


class Call:
    """Pickled as a call of a function that the file names."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


class Memory:
    """Pickled as a piece of memory in the file, of the kind and size that the file says."""

    def __init__(self, kind, count):
        self.reference = "storage", kind, "0", "cpu", count


class Writer(pickle.Pickler):
    def persistent_id(self, thing):
        return thing.reference if isinstance(thing, Memory) else None


def written(path, content, memory=b"A" * 16):
    data = io.BytesIO()
    Writer(data, 2).dump(content)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x/data.pkl", data.getvalue())
        archive.writestr("x/data/0", memory)
    return path


def tensor(kind, count, offset, shape, strides):
    sizes = Memory(kind, count), offset, shape, strides, False, OrderedDict()
    return Call(torch._utils._rebuild_tensor_v2, *sizes)


FLOAT = torch.FloatStorage
HARM = {
    "runs a program": (Call(exec, "raise SystemExit(1)"), "asks for __builtin__.exec"),
    "imports": (Call(__import__, "antigravity"), "asks for __builtin__.__import__"),
    "takes an attribute": (Call(getattr, {}, "keys"), "asks for __builtin__.getattr"),
    "makes objects of memory": (tensor("O", 2, 0, (2,), (1,)), "for memory with numbers"),
    "takes a list for memory": (
        Call(torch._utils._rebuild_tensor_v2, ["0", "O", 2], 0, (2,), (1,)),
        "for memory with numbers",
    ),
    "reads on after the end": (tensor(FLOAT, 4, 2, (3,), (1,)), "strides is incompatible"),
    "reads before the start": (tensor(FLOAT, 4, 0, (3,), (-1,)), "strides is incompatible"),
    "starts before the start": (tensor(FLOAT, 4, -2, (2,), (1,)), "strides is incompatible"),
    "asks for much": (tensor(FLOAT, 4, 0, (10**6, 10**6), (0, 0)), "larger than its memory"),
    "says too large a size": (tensor(FLOAT, 9, 0, (9,), (1,)), "a part of w is missing"),
}


@pytest.mark.parametrize("what", HARM)
def test_a_file_that_means_harm_is_refused(what, tmp_path):
    content, why = HARM[what]
    path = written(tmp_path / "harm.pth", {"w": content})
    with pytest.raises(ValueError, match=why):
        torch_file.load(path)


def test_the_same_file_without_harm_is_read(tmp_path):
    path = written(tmp_path / "good.pth", {"w": tensor(FLOAT, 4, 1, (3,), (1,))})
    assert torch_file.load(path)["w"].tobytes() == b"A" * 12


def test_numbers_in_another_order_of_bytes_are_refused(tmp_path):
    path = written(tmp_path / "big.pth", {"w": tensor(FLOAT, 4, 0, (4,), (1,))})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("x/byteorder", b"big")
    with pytest.raises(ValueError, match="bytes in the other order"):
        torch_file.load(path)


@pytest.mark.parametrize("path", [None, 3, b"weights"])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(TypeError, match=f"load needs a path, got {type(path).__name__}; write"):
        torch_file.load(path)
