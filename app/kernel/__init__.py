"""What every room may lean on: time, identifiers, errors, text, the database."""
