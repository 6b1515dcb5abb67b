"""Rules of progress: the ledger, and what follows from it."""
