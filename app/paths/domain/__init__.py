"""Paths, pure: ``choice`` chooses exactly, ``plan`` explains what was chosen."""
