"""Documents that couples write. Each kind is one file in `kinds`; the kernel runs the rows of kinds with steps.

`journal` makes the state of a shared or private journal from its documents, `account` that of the account journal.
`registry` lists the kinds, `schemas` writes their JSON Schemas. Nothing here reads a clock, a file or the network, or
knows a key. Spec: documents
"""
