"""Backups of a SQLite database with its receipt key: made beside a running server, verified, and put back."""
