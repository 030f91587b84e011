"""The secret side of the protocol: keys, packages, grants, sealed entries, pairing and recovery words.

The server never imports it. Rules and formats that need no secret live in `duolog.protocol`.
"""
