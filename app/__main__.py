"""`python -m app`: the server's commands."""

if __name__ == "__main__":  # the process that reads large bodies imports this module too, and runs no command
    from app.commands.main import end, main

    try:
        end(main())
    except SystemExit as ended:  # `serve` that was told to stop, and a command line that argparse refused
        end(int(ended.code or 0))
