"""Explorers: figures that answer when the reader moves something, each with a still picture."""

from importlib import import_module

_HOMES = {  # name: the file that it lives in
    "learning_steps": "stepper",
    "many_xor_runs": "xor_runs",
    "one_neuron": "neuron",
    "playground": "plane",
    "one_activation": "activation",
    "loss_landscape": "landscape",
    "penalty": "objective",
    "temperature": "softmax",
    "network_builder": "builder",
    "relu_folding": "folding",
    "zoom_boundary": "boundary",
    "broadcasting": "broadcast",
    "chain_rule": "chain",
    "reader_limits": "limits",
    "polynomial_degree": "capacity",
    "backward_steps": "walk",
    "shape_tracer": "shapes",
    "gradient_flow": "flow",
    "feature_maps": "maps",
    "kernel_painter": "painter",
    "optimizer_race": "race",
    "early_stopping": "patience",
    "broken_loops": "gallery",
    "window_positions": "windows_on",
    "convolution_matrix": "matrix",
    "shift_the_input": "shift",
    "architecture_xray": "xray",
    "inception_arithmetic": "inception",
    "residual_depth": "depth",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> object:
    """Return the explorer called `name`, importing its file now (PEP 562)."""
    if name in _HOMES:
        return getattr(import_module(f"dlbook.explore.{_HOMES[name]}"), name)
    raise AttributeError(f"dlbook.explore has no {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return list(__all__)
