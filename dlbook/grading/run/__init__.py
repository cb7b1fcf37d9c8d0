"""One submission: its cells and the trusted checks run in one kernel, and are judged."""
