"""Access: who a caller is, as an account's keyholder with a session, and as a member of a journal."""
