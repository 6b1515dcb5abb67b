"""Proficiency: evidence in, estimates out; what a learner probably masters."""
