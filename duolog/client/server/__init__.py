"""The server as a client sees it: its operations over HTTP, and logging in. Nothing here believes the server."""
