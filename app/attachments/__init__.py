"""Attachments: sealed files that go up in parts, and come down as a stream to whoever holds their entry."""
