"""What one does with a journal: read it, write it, keep drafts, copy, close it."""
