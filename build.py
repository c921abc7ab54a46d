"""Build the site: compute every figure that the posts refer to, and write their pages."""

import sys

from catvis.__main__ import until_told

if __name__ == "__main__":
    until_told()
    from catvis.cli import build_main

    sys.exit(build_main())
