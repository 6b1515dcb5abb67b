"""Courses: what they serve, in which languages, at what cost."""
