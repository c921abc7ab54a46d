"""``python -m catvis`` and the installed ``catvis``: the command line, from its first line on.

Until there is somebody who can say so, Ctrl-C ends the process without a word, as it ends any other program.
"""

import signal
import sys


def main() -> int:
    """Run the command that ``sys.argv`` names; give its exit status."""
    until_told()
    from catvis.cli import main as run

    return run()


def until_told() -> None:
    """Have Ctrl-C end this process at once, unless it is not to end it at all; `catvis.cli.run` takes over."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


if __name__ == "__main__":
    sys.exit(main())
