"""The home: its folder, its database, its keys, and the chains that it has pinned. Nothing here knows a server."""
