"""A policy laboratory for smart specialisation in the Baltic Sea Region."""

__version__ = "0.1.0"
