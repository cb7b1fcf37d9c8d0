"""The course as one static folder: the book, and the same notebooks running in the browser."""
