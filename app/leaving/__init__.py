"""Leaving: closings that wait, letting a journal go, withdrawing, keeping and erasing, deleting an account."""
