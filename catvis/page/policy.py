"""What a browser lets a page of ours do: its Content-Security-Policy, in one place.

A page asks nobody but its own site, frames nothing and sends nothing. Where the text is a stranger's, nothing runs
but the page's own script, whose bytes the policy names.
"""

from __future__ import annotations

import base64
import hashlib

_EVERY_PAGE = {
    "connect-src": "'self'",
    "frame-src": "'none'",
    "object-src": "'none'",
    "worker-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
}


def security_policy(script: str, *, trusted: bool, **more: str) -> str:
    """The policy of a page.

    Args:
        script: the page's own, as it stands between its tags.
        trusted: whether scripts and handlers of the author's may run, too.
        more: directives that the page needs, with ``_`` for ``-``; they go before those of every page.
    """
    directives = _EVERY_PAGE | {name.replace("_", "-"): value for name, value in more.items()}
    if not trusted:
        own = directives.get("script-src", "")
        directives["script-src"] = f"{script_source(script)} {own}".strip()
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def script_source(script: str) -> str:
    """How a policy names a script that stands in a page, by its bytes between the tags."""
    checksum = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"'sha256-{checksum}'"
