"""Account chains: the public statements of every account, which journals and accounts both stand on."""
