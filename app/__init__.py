"""Masar: from a self-assessment to a learning path, for Africa's civil servants."""
