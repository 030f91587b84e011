"""The wire: request and response models, problem codes, and the binary form of pushes and pages.

The server and the client library share these. They hold shapes, no rules: the rules are in `duolog.protocol`.
"""
