"""Restoring: what a server does when it has gone back to an older state, until its clients have brought it forward."""
