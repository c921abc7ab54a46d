"""Build the site: compute every figure that the posts refer to, and write their pages."""

import sys

from catvis.cli import build_main

if __name__ == "__main__":
    sys.exit(build_main())
