"""The lecturer's last word: roster, late rule, extensions, overrides, and what marks come of it."""
