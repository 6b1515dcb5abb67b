"""The journal: append-only, who did what to what, when."""
