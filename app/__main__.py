"""`python -m app`: the server's commands."""

import sys

from app.commands.main import main

sys.exit(main())
