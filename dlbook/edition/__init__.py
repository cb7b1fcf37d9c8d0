"""Editions in other languages: notebooks with translated prose, and what keeps that prose true.

English is the source. Overlays below dlbook/locale/ hold prose and hints (`dlbook.i18n.overlay`);
code, ids and outputs are those of the English edition. `book.Edition` makes a notebook of it, and
`problems.problems` says what does not fit, piece by piece.
"""
