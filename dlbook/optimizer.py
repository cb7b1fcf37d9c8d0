"""What all optimisers share: the parameters, the one place that changes them, the saved state."""

from collections.abc import Iterable, Mapping
from copy import copy
from typing import Any

import numpy as np

from dlbook.arguments import array, number
from dlbook.parallel import fill
from dlbook.tensor import Tensor

State = dict[str, Any]


class Optimizer:
    """The parameters, their learning rate, and forgetting gradients.

    A subclass lists in `options` the names of its settings, returns from `_buffers` the names of
    the arrays that it keeps for each parameter, and from `_change` what a step subtracts.

    Args:
        params: the tensors to change, each of any shape; its gradient has the same shape.
        lr: learning rate, in units of parameter a unit of gradient; may be changed later.
        weight_decay: this many times the parameter is added to its gradient.

    Raises:
        TypeError: if `params` is a single tensor or holds anything but tensors.
        ValueError: if there are no parameters, if one stands there twice or was computed from
            others, or if `lr` or `weight_decay` is negative or not finite.
    """

    options: tuple[str, ...] = ("lr", "weight_decay")
    decoupled = False  # whether weight decay shrinks the parameter itself, not by its gradient

    def __init__(self, params: Iterable[Tensor], lr: float, weight_decay: float):
        self.params = _parameters(params)
        self.lr, self.weight_decay = lr, weight_decay
        self._check_settings()
        self._state: list[State] = [{} for _ in self.params]
        self._scratch = np.empty(0, np.uint8)

    def _check_settings(self) -> None:
        """Refuse settings that no step survives; a subclass with more of them adds its own.

        Raises:
            TypeError, ValueError: if one is of the wrong kind, negative or not finite.
        """
        self.lr = number(self.lr, "lr")
        self.weight_decay = number(self.weight_decay, "weight_decay")

    def zero_grad(self) -> None:
        for p in self.params:
            p.grad = None

    def step(self) -> None:
        """Change each parameter that has a gradient; the others stay as they are.

        Raises:
            TypeError: if a parameter with a gradient does not hold floating-point numbers, or a
                setting is none.
            ValueError: if a setting was changed to one out of range, if a gradient has not the
                shape of its parameter, or if the array of a parameter cannot be written to; then
                no parameter is changed.
        """
        self._check_settings()
        moving = [i for i, p in enumerate(self.params) if p.grad is not None]
        for i in moving:
            _check(self.params[i], self._state[i])
        for i in moving:
            self._write(self.params[i], self._state[i])

    def _write(self, p: Tensor, state: State) -> None:
        """Take one step with one parameter: nothing else in dlbook's optimisers changes it."""
        g = np.asarray(p.grad, p.dtype)
        names = self._buffers()
        for name in names:
            if name not in state:
                state[name] = np.zeros_like(p.data)
        state["step"] = state.get("step", 0) + 1
        if self.weight_decay and self.decoupled:
            p.data *= 1 - self.lr * self.weight_decay
        elif self.weight_decay:
            g = g + self.weight_decay * p.data

        def subtract(g: np.ndarray, scratch: np.ndarray, *arrays: np.ndarray, out: Any) -> None:
            own = state | dict(zip(names, arrays, strict=True))  # the same, or parts of them
            out -= self._change(own, g, scratch)

        fill(subtract, p.data, g, self._room_for(p.data), *[state[name] for name in names])
        p.version += 1  # a rule of backward that needs the old values can say so

    def _buffers(self) -> tuple[str, ...]:
        """Return the names of the arrays to keep for each parameter, which start at 0."""
        return ()

    def _change(self, state: State, g: np.ndarray, scratch: np.ndarray) -> np.ndarray:
        """Return what is subtracted from a parameter whose gradient is `g`, in its shape.

        It may lie in `scratch`, an array of that shape without meaning; `g` stays as it is, and
        the arrays of the state are changed in place. ``state["step"]`` counts the steps of this
        parameter from 1. Of a large parameter, this is asked for one part after another, so no
        number may depend on another one.
        """
        raise NotImplementedError(f"an optimiser needs _change, {type(self).__name__} has none")

    def _room_for(self, array: np.ndarray) -> np.ndarray:
        """Return scratch of the shape and dtype of an array; all parameters use the same bytes."""
        if self._scratch.nbytes < array.nbytes:
            self._scratch = np.empty(array.nbytes, np.uint8)
        return self._scratch[: array.nbytes].view(array.dtype).reshape(array.shape)

    # ---- saving and going on ----

    def state_dict(self) -> dict[str, Any]:
        """Return a copy of all that steps depend on, in the form of torch, with arrays.

        ``state`` has for the number of each parameter its arrays, each of the shape of the
        parameter, and how many steps it took; ``param_groups`` has one group, the settings.
        `checkpoint.save` can write it.
        """
        state = {i: _copied(own) for i, own in enumerate(self._state) if own}
        group = {name: getattr(self, name) for name in self.options}
        return {"state": state, "param_groups": [group | {"params": [*range(len(self.params))]}]}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned, all of it or, after an error, nothing.

        Args:
            state_dict: that of an optimiser of the same kind, whose parameters have the same
                shapes in the same order; its arrays are copied.

        Raises:
            ValueError: if it is not.
            TypeError: if a setting is of the wrong kind.
        """
        fresh = copy(self)
        group, states = _parts(state_dict, {*self.options, "params"}, len(self.params))
        for name in self.options:
            setattr(fresh, name, group[name])
        fresh._check_settings()
        fresh._state = [
            _fitted(states.get(i, {}), p, {*fresh._buffers(), "step"}, i)
            for i, p in enumerate(self.params)
        ]
        vars(self).update(vars(fresh))


def _parameters(params: Any) -> list[Tensor]:
    advice = "pass model.parameters(), or a list of tensors"
    if isinstance(params, Tensor):
        raise TypeError(f"an optimiser needs a list of tensors, got one tensor; {advice}")
    try:
        found = list(params)
    except TypeError:
        got = type(params).__name__
        raise TypeError(f"an optimiser needs a list of tensors, got {got}; {advice}") from None
    if not found:
        raise ValueError(
            "an optimiser needs parameters, got none, such as from a generator that was used "
            "before; pass model.parameters()"
        )
    for p in found:
        if not isinstance(p, Tensor):
            raise TypeError(
                f"an optimiser needs tensors in its list, got {type(p).__name__}; {advice}"
            )
        if not p.is_leaf:
            raise ValueError(
                "an optimiser needs tensors to start from, got one that was computed from "
                "others, whose changes nothing would see; pass those that it came from"
            )
    if len({id(p) for p in found}) < len(found):
        raise ValueError(
            "an optimiser needs each parameter once, got one twice, which would move it twice "
            "a step; pass model.parameters(), which names a shared one once"
        )
    return found


def _check(p: Tensor, state: State) -> None:
    """Refuse a step that would go wrong, and let the state follow the dtype of the parameter."""
    if p.dtype.kind != "f":
        raise TypeError(
            f"a step needs floating-point parameters, got {p.dtype}; make the tensor with "
            "dtype=np.float32"
        )
    g = array(p.grad, "a gradient")
    if g.dtype.kind not in "biuf":
        raise TypeError(
            f"a step needs a gradient of real numbers, got {g.dtype}; run zero_grad() and "
            "backward() again"
        )
    if g.shape != p.shape:
        raise ValueError(
            f"a step needs a gradient of shape {p.shape}, that of its parameter, got "
            f"{g.shape}; run zero_grad() and backward() again"
        )
    if not p.data.flags.writeable:
        raise ValueError(
            "a step needs a parameter that can be written to, got a read-only array; make the "
            "tensor with a copy of it, array.copy()"
        )
    for name in state.keys() - {"step"}:
        if state[name].shape != p.shape:
            raise ValueError(
                f"a step needs parameters of the shape that they had, {state[name].shape}, got "
                f"{p.shape}; make a new optimiser after changing the model"
            )
        state[name] = state[name].astype(p.dtype, copy=False)


def _copied(state: State) -> State:
    return {n: v.copy() if isinstance(v, np.ndarray) else v for n, v in state.items()}


def _parts(state_dict: Any, names: set[str], count: int) -> tuple[dict[str, Any], dict[int, State]]:
    """Return the settings, and by place the states of the parameters, after a look at their form.

    ``params`` names the state of each parameter, in the order of the parameters.
    """
    try:
        states, (group,) = state_dict["state"], state_dict["param_groups"]
        named, has = [*group["params"]], set(group)
        unknown = states.keys() - set(named)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ValueError(
            "load_state_dict needs what state_dict() of an optimiser returns, got something "
            f"else, {type(state_dict).__name__}; look whether it is that of the model"
        ) from None
    if has != names:
        raise ValueError(
            f"load_state_dict needs the settings {sorted(names)}, got {sorted(has, key=str)}; "
            "make an optimiser of the kind that was saved"
        )
    got = len(set(named))
    if not len(named) == got == count or unknown:
        raise ValueError(
            f"load_state_dict needs the state of {count} parameters, got that of {got}, under "
            f"{[*states]!r:.50}; build the model that was saved, and give the optimiser the same "
            "parameters"
        )
    return group, {i: states[name] for i, name in enumerate(named) if name in states}


def _fitted(state: Any, p: Tensor, names: set[str], i: int) -> State:
    """Return a copy of the state of parameter number `i`, after a look at names and shapes."""
    if not isinstance(state, Mapping):
        raise ValueError(
            f"load_state_dict needs a dict as state of parameter {i}, got {type(state).__name__}; "
            "pass what state_dict() of an optimiser returned"
        )
    if not state:
        return {}
    arrays = {name: array(value, f"{name} of parameter {i}") for name, value in state.items()}
    shapes = {name: values.shape for name, values in arrays.items() if name != "step"}
    kinds = {values.dtype.kind for values in arrays.values()}
    if not names <= state.keys() or set(shapes.values()) - {p.shape} or kinds - set("iuf"):
        raise ValueError(
            f"load_state_dict needs numbers for {sorted(names)} of shape {p.shape} for parameter "
            f"{i}, got {shapes}; build the model and the optimiser that were saved"
        )
    steps = arrays.pop("step").tolist()
    if not isinstance(steps, int | float) or steps < 0 or steps % 1 != 0:
        raise ValueError(
            f"load_state_dict needs a count of steps for parameter {i}, got {steps}; pass what "
            "state_dict() of an optimiser returned"
        )
    moved = {name: values.astype(p.dtype) for name, values in arrays.items()}
    return moved | {"step": int(steps)}
