"""Leaving: closing, letting go, taking back a text, deleting the account."""
