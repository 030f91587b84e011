"""Objects: the store that holds attachments' bytes, the rows that name them, and how both end."""
