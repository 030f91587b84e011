"""The partner and the confidants of a journal, from the invitation to the end."""
