"""``python -m catvis``: the command line."""

import sys

from catvis.cli import main

if __name__ == "__main__":
    sys.exit(main())
