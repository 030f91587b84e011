"""The home: its folder, its database, its keys, and whom it has pinned. Nothing here knows a server."""
