"""The Duolog server: it keeps ciphertext in order and knows nothing of what it keeps.

Run it as `python -m app serve`. It is in no wheel; it may import `duolog.protocol`, `duolog.api` and `duolog.errors`,
and nothing that can open an entry.
"""

VERSION = "0.1.0"
