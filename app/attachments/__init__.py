"""Attachments: sealed files. Their author sends them in parts; the members who hold their entry fetch them."""
