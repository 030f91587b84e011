"""Journals: who is a member, the one log, and how something is appended to it."""
