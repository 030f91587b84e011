"""What the server says about itself, to anyone: health, limits and keys, documentation, and the page behind an
invitation link.
"""
