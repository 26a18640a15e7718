"""Drives complaints through the API of a stack that `make up` started, and proves what came of it.

python -m tests.platform.casework --complaints 200
"""

import argparse
import sys

from infra.local.describe import LocalStack
from tests.platform.casework.script import IN_HAND, play


def main() -> None:
    """Play, print the figures, and fail when something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.platform.casework", description=__doc__)
    parser.add_argument("--complaints", type=int, default=200)
    parser.add_argument("--in-hand", type=int, default=IN_HAND, help="how many are worked on at once")
    parser.add_argument("--minutes", type=float, default=6.0, help="after which it stops")
    options = parser.parse_args()
    outcome = play(LocalStack.load(), options.complaints, options.in_hand, options.minutes * 60)
    sys.stdout.write(f"{outcome.told()}\n")
    sys.exit(1 if outcome.wrong else 0)


if __name__ == "__main__":
    main()
