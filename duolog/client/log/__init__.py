"""The log of each journal and of the account: pulled, verified, stored and folded here. Entries are sent from here."""
