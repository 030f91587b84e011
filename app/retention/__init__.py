"""Retention: what happens by itself when its time has come, and what is deleted when its time is over."""
