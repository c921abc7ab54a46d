"""Try to break catvis: ``python -m tools.torture``, or ``make torture``.

    python -m tools.torture [PART …] [--seed 1] [--minutes N] [--tries N] [--out .torture] [--anew]

Prints a table, and what was found; the status is 1 if anything was. The same seed tries the same things. A campaign
that was ended goes on where it was; ``--anew`` begins it again.
"""

from __future__ import annotations

import argparse
import math
import shutil
import signal
import sys
import time
from pathlib import Path

from tools.torture.campaign import Budget, Part, State
from tools.torture.disks import DISKS
from tools.torture.drift import DRIFT
from tools.torture.inputs import INPUTS
from tools.torture.kills import KILLS

PARTS: tuple[Part, ...] = (INPUTS, KILLS, DISKS, DRIFT)


def main() -> int:
    """Run a campaign; give 1 if anything went wrong in it, else 0."""
    # What a shell starts in the background ignores Ctrl-C, and so would all that is started here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parser = argparse.ArgumentParser("python -m tools.torture", description="Try to break catvis.")
    names = [part.name for part in PARTS]
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(names)} (all)")
    parser.add_argument("--seed", type=int, default=1, help="another one tries other things (1)")
    parser.add_argument(
        "--minutes", type=float, default=math.inf, help="end after so long, and say how far it came"
    )
    parser.add_argument("--tries", type=int, help="of each part (a whole campaign)")
    parser.add_argument(
        "--out", type=Path, default=Path(".torture"), help="where state and findings lie (.torture)"
    )
    parser.add_argument("--anew", action="store_true", help="forget what the campaign has done so far")
    said = parser.parse_args()
    if unknown := set(said.parts) - set(names):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    state = State(said.out, said.seed)
    if said.anew:
        shutil.rmtree(state.folder, ignore_errors=True)
        state = State(said.out, said.seed)
    chosen = [part for part in PARTS if not said.parts or part.name in said.parts]
    ends = time.monotonic() + said.minutes * 60
    try:
        for place, part in enumerate(chosen):
            now = time.monotonic()
            share = (ends - now) / (len(chosen) - place)
            part.run(Budget(said.tries or part.tries, now + share), said.seed, state)
    except KeyboardInterrupt:
        print("ended: the same command goes on from here", file=sys.stderr)
        return 128 + signal.SIGINT
    finally:
        state.save()
        print(state.table())
    return 1 if state.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
