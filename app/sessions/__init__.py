"""Sessions: a keyholder answers a challenge and gets a token. No password exists."""
