"""Dashboards as files: ``sheets`` for spreadsheets, ``report`` for print."""
