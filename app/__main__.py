"""`python -m app`: the server's commands."""

import sys

if __name__ == "__main__":  # the process that reads large bodies imports this module too, and runs no command
    from app.commands.main import main

    sys.exit(main())
