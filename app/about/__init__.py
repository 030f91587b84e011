"""The server's public pages, for anyone: health, limits and keys, documentation, and the page behind an invitation
link.
"""
