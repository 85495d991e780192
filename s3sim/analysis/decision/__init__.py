"""Choosing among policies under uncertainty, from one table of worlds by policies."""
