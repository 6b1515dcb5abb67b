"""Shapes of what institutions report, beside the Experience API."""
