"""Attachments: files made ready, sealed, sent, fetched, verified and saved."""
