"""Experiments: one question each, from its file to runs, a table, figures and an answer in words."""
