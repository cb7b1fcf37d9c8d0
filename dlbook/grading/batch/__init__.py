"""Many submissions: taken in, graded once each by workers, and kept in a journal."""
