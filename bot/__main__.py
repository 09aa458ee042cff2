"""`jieyou`, and `python -m bot`."""

import os
import sys


def main() -> None:
    """Runs the command line; refuses where another distribution owns one of our package names."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # readings of single signs are all we ask; 46 MB less
    from bot.cli import app, strangers

    if found := strangers():
        sys.exit(f"jieyou: {found}")
    app()


if __name__ == "__main__":
    main()
