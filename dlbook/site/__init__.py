"""The course as a static site: the book, and beside it the course in the reader's browser."""
