"""Frozen, language-neutral test vectors, and what made them."""
