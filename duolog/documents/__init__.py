"""What couples write: its kinds in `kinds`, one file each, and the kernel that runs their rows.

`journal` makes state of a shared journal's documents, `account` of the account journal's, `registry` lists the kinds,
`schemas` writes their JSON Schemas. Nothing here reads a clock, a file or the network, or knows a key. Spec: documents
"""
