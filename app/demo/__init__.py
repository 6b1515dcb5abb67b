"""A fictitious ministry to look at: everybody in it is invented and marked so."""
