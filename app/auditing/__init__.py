"""Verifying all that the database holds, as a client would."""
