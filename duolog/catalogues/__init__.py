"""Words that help to write, and words that help to find help: one file for each language, in the wheel.

Rules
- Every language has the same keys. An id never changes its meaning, so that a choice by id is the same for both people.
- A text asks its reader about themselves. It has no number and no placeholder; it counts nothing and presses nobody.
- Nothing here reads the network, a home or a key, and nothing is written.

`prompts` has prompts, feelings and topics (`en.toml`, `de.toml`); `help_page` the page of help (`help_en.toml` ...).
"""
