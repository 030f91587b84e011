"""Rotations: new keys for an account, in one atomic request. Keyholders outside the new set are revoked."""
