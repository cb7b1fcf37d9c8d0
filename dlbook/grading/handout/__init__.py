"""What a course gives away: the students' bundle, and graders for other systems."""
