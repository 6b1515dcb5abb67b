"""Frameworks in the words of CASE."""
