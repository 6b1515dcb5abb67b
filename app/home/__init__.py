"""Home: the front page, the account, and what we say about ourselves; a reader."""
