"""Rendezvous: where a new device and one that the account has leave sealed messages for each other."""
