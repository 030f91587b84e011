"""Moving to another server, with everything that was verified."""
