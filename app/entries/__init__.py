"""Entries: pushing to a log and pulling from it, as JSON or in the binary form."""
