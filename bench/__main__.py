"""`python -m bench`: every benchmark with its peer in one run; exit code 1 where a target was missed."""

import argparse
import sys
from collections.abc import Callable, Mapping


def _grid() -> int:
    from bench.grid import main

    main()
    return 0


def _turn() -> int:
    from bench.turn import main

    main()
    return 0


def _conversation() -> int:
    from bench.conversation import main

    return main([])


BENCHES: Mapping[str, Callable[[], int]] = {"grid": _grid, "turn": _turn, "conversation": _conversation}


def run(names: list[str]) -> int:
    """Runs the benches named (all where none is) one after another."""
    return max((BENCHES[name]() for name in names or BENCHES), default=0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("name", nargs="*", help="which; all where none is named")
    sys.exit(run(parser.parse_args().name))
