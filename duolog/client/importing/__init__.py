"""A diary of another app, written into a private journal."""
