"""Reading a journal, writing in it, keeping drafts, copying, and closing it."""
