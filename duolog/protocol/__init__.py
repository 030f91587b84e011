"""The public side of the protocol: pure rules and formats.

Nothing here does I/O, reads a clock, draws randomness or holds a secret. The server and every client run the same
code: the server to refuse what is wrong, the client to disbelieve a server that didn't.
"""
