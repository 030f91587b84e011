"""The public side of the protocol: pure rules and formats.

Nothing here does I/O, reads a clock, draws randomness or holds a secret. The server and every client run the same
code: the server refuses what breaks the rules, and the client disbelieves a server that didn't.
"""
