"""Accounts: to the server an account is a chain of public keys and nothing else."""
