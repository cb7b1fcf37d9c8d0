"""The rules for notebooks that a machine can check, a file for each subject."""
