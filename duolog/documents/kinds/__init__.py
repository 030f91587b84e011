"""The kinds of documents, one file each: bodies, rows or a reducer, and plain words. `registry` lists them."""
