"""How the world works: one causal story a file."""
