"""Tools for people who work on Duolog; in no wheel and in no image."""
