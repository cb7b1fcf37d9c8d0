"""A course's notebooks: exercise sets and their programs, linted, run and kept fresh."""
