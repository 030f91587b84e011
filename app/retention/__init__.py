"""Retention: the server carries out what is due, and deletes what has expired."""
