"""Invitations: three sealed messages that two clients leave for each other. The server reads none of them."""
