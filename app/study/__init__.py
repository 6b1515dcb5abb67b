"""Study groups inside a cohort: who agreed to be seen, and their questions."""
