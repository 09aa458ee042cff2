"""`jieyou`, and `python -m bot`."""

import sys


def main() -> None:
    """Runs the command line; refuses where another distribution owns one of our package names."""
    from bot.cli import app, strangers

    if found := strangers():
        sys.exit(f"jieyou: {found}")
    app()


if __name__ == "__main__":
    main()
