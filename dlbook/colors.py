"""The five colours of the book, each with one role, and the scale for signed numbers."""

from matplotlib.colors import LinearSegmentedColormap

DATA = "#0072B2"  # blue: data and forward values
GRADIENT = "#D55E00"  # vermillion: gradients and the backward pass
TARGET = "#009E73"  # green: what should come out
PARAMETER = "#CC79A7"  # purple: weights and biases
CONTEXT = "#6E6E6E"  # grey: everything else

SIGNED = LinearSegmentedColormap.from_list("signed", [DATA, "white", GRADIENT])
