"""Carrying: accounts and journals that come from another server, with everything that was verified there."""
