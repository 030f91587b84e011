"""Exports: written to a file, and checked without a server."""
