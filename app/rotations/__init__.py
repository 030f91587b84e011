"""Rotations: new keys for an account, in one atomic request. Who is not in the new set is out."""
