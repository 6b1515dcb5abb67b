"""Dashboards, pure: ``tallies`` adds pools up, the others read what that shows."""
