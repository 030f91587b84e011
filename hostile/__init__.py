"""The lying server: the real server behind a wrapper that attacks its callers.

It holds the server's receipt key, so it can sign any history that it makes up. `catalogue` lists its attacks;
`python -m hostile` serves one of them over HTTP, so that any client can be driven against it.
"""
