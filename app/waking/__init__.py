"""Who listens on this process, and which journals moved."""
