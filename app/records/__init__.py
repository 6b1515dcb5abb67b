"""What institutions say of people: statements, documents, activities (xAPI)."""
