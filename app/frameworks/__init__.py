"""Frameworks: competencies, levels, role profiles and questionnaires."""
