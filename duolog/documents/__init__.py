"""What couples write: one file per kind, with its model, its pure reducer and its words for a person.

`journal` makes state of a shared journal's documents, `account` of the account journal's, `registry` lists the kinds,
`schemas` writes their JSON Schemas. Nothing here reads a clock, a file or the network, or knows a key. Spec: documents
"""
