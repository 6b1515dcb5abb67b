"""Sharing, pure: ``cells`` names what is counted, ``steps`` when, ``ledger`` keeps it."""
