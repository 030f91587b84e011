"""Carrying: accounts and journals that come from another server, with all that lets this server verify them."""
