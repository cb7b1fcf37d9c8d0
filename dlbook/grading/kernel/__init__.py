"""Where cells run: kernels, their channels, and the memory they may take."""
