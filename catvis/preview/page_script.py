"""A page on its way to the browser → the same with a script that hears of builds, which its policy then allows.

The script loads the next edition, and shows what is mistaken where it is, and what is being computed.
"""

from __future__ import annotations

import html
import re
from functools import cache

from catvis.page.folder import TEMPLATES
from catvis.page.policy import script_source

EVENTS = "/.catvis-live"
"""The address under which a page hears of builds; no file of a site is called so."""

_POLICY = re.compile(r'(<meta http-equiv="Content-Security-Policy" content=")([^"]*)(")', re.IGNORECASE)


def with_script(page: str, edition: str) -> str:
    """A page that hears of builds; its security policy, if it has one, allows just that."""
    start, end, rest = page.rpartition("</body>")
    if not end:
        return page
    script = _script()
    attributes = f'data-edition="{html.escape(edition)}" data-events="{EVENTS}"'
    scripted = f"{start}<script {attributes}>{script}</script>{end}{rest}"
    return _POLICY.sub(lambda match: match[1] + _allowing(script, match[2]) + match[3], scripted, count=1)


@cache
def _script() -> str:
    return (TEMPLATES / "preview.js").read_text(encoding="utf-8")


def _allowing(script: str, policy: str) -> str:
    """A policy that allows a script and what it hears; what restricts neither stays as it is."""
    directives = {words[0]: words[1:] for part in policy.split(";") if (words := part.split())}
    for name, source in (("script-src", script_source(script)), ("connect-src", "'self'")):
        given = directives.get(name, directives.get("default-src"))
        if given is not None:
            directives[name] = [*(word for word in given if word != "'none'"), source]
    return "; ".join(" ".join([name, *sources]) for name, sources in directives.items())
