"""Looking back: words that were written, and a report of a time."""
