"""What a lecturer and each student get: tables, pages, and grades for an LMS."""
