"""Cheap stand-ins for the model, fitted to its runs, and what they say about its factors."""
