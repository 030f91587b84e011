"""The `duolog` command: one file per noun, on top of `duolog.client`.

Rules
- Plain words on standard output; `--json` prints one object with a stable shape instead, in ASCII, times in UTC Unix
  seconds.
- Questions, warnings and progress go to standard error, so that a pipe carries results alone.
- Secrets and texts are asked for, or read from the editor, standard input or a file descriptor: never from
  arguments, never from an environment variable.
- What somebody else wrote is cleaned of control characters before a terminal sees it.
- Exit codes are in `duolog.cli.failures`.

Heavy libraries are imported where they are used, so that `duolog --help` is quick.
"""
