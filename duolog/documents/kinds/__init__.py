"""The kinds of documents, one file each: bodies, rows or a reducer, and words for a reader. `registry` lists them."""
