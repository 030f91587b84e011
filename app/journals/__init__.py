"""Journals: their members, the one log, and appending to it."""
