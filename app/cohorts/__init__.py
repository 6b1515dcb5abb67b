"""Cohorts: institutions, groups of people, campaigns, and who may see which of them."""
