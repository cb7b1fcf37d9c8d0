"""Pages that are read beside the notebooks and made from them: teacher's notes, and terms."""
