"""Sharing: what people send to their cohorts, and the totals released from it."""
