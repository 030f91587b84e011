"""Receipts: the one thing that the server signs, and the only place in it that holds a key."""
