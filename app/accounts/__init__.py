"""Accounts: who they are to the server, which is a chain of public keys and nothing else."""
