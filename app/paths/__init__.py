"""Paths: from gaps to an ordered, explained plan."""
