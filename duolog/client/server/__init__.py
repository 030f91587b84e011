"""The server as a client sees it: what can be asked of it, over HTTP, and logging in. It is believed in nothing."""
