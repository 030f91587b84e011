"""The Duolog server: it stores ciphertext in order and can't read it.

Run it as `python -m app serve`. No wheel contains it. It may import `duolog.protocol`, `duolog.api` and
`duolog.errors`, and nothing that can open an entry.
"""

VERSION = "0.1.0"
