"""Who is in a journal: the partner and confidants, from the invitation to their end."""
