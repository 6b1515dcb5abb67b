"""Identity: people, how they are known again, and what they may take with them."""
