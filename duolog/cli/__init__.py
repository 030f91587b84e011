"""The `duolog` command: a file for each subject, on top of `duolog.client`.

Rules
- Plain words on standard output; `--json` prints one object with a stable shape instead, in ASCII, times in UTC Unix
  seconds.
- Questions, warnings and progress go to standard error, so that a pipe carries results alone.
- Secrets and texts are asked for, or read from the editor, standard input or a file descriptor: never from
  arguments, never from an environment variable.
- Texts of other people are cleaned of control characters before a terminal sees them.
- A kind with steps has its verbs from `steps` and `desk`, which run its rows and know no kind.
- Exit codes are in `duolog.cli.failures`.

Heavy libraries are imported where they are used, so that `duolog --help` is quick.
"""
