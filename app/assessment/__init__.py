"""Assessment: questionnaires, attempts and answers."""
