"""Dashboards: what is released of cohorts, drawn so that nobody is shown."""
