"""What a person types to run this program, for messages that name a command which mends something."""

from __future__ import annotations

import sys
from pathlib import Path


def command(words: str = "") -> str:
    """A command line as whoever reads the message can type it.

    That is ``catvis …`` where the installed command was run, else ``python -m catvis …``, as in a checkout.
    """
    program = "catvis" if Path(sys.argv[0]).stem == "catvis" else "python -m catvis"
    return f"{program} {words}" if words else program
