"""The log of each journal, and the account's own: pulled, verified, stored, folded; what is written goes out here."""
