"""The west wing: reads, builds, runs and compares exercise notebooks in a trusted process."""
