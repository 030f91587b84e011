"""The listeners of this process, and the journals that moved."""
