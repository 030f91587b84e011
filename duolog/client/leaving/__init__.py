"""Leaving: closing, letting go, withdrawing a text, deleting the account."""
