"""The app for browsers, where the operator turns it on (`DUOLOG_WEB`): the files of one build, read at start."""
