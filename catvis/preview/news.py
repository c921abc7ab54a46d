"""What pages hear of builds: which edition is served, what is mistaken since and where, what is being computed."""

from __future__ import annotations

import json
import re
from threading import Condition
from typing import Any

from catvis.errors import CatvisError, Place
from catvis.progress import Reporter
from catvis.written.located import SeveralMistakesError

_KEY = re.compile(r"(?P<indent> +)(?P<name>[\w.-]+):")
_HEARTBEAT = 10.0


class News:
    """What pages are told: which build is served, what is mistaken since, what is being computed."""

    def __init__(self) -> None:
        self._told: dict[str, Any] = {"edition": "none", "mistakes": [], "progress": ""}
        self._number = 0
        self._changed = Condition()

    @property
    def edition(self) -> str:
        """The build that is served, by its digest."""
        return str(self._told["edition"])

    def tell(self, **changed: object) -> None:
        """Change some of the news; whoever waits hears of it."""
        with self._changed:
            self._told |= changed
            self._number += 1
            self._changed.notify_all()

    def after(self, number: int) -> tuple[int, str]:
        """The news after those of a number, as JSON, and their number; the same where none come for a while."""
        with self._changed:
            self._changed.wait_for(lambda: self._number != number, _HEARTBEAT)
            return self._number, json.dumps(self._told)


class ToldReporter(Reporter):
    """Shows progress on the terminal and in the page."""

    def __init__(self, news: News, *, quiet: bool) -> None:
        super().__init__(quiet=quiet)
        self._news = news

    def show(self, line: str, *, finished: bool) -> None:
        """Show a line in both places."""
        super().show(line, finished=finished)
        self._news.tell(progress=line)


def mistakes_of(error: CatvisError) -> list[dict[str, str | None]]:
    """What a page says of an error, and of which figure."""
    every = error.found if isinstance(error, SeveralMistakesError) else (error,)
    return [
        {
            "message": each.message,
            "hint": each.hint,
            "where": str(each.where) if each.where else None,
            "figure": _figure_at(each.where) if each.where else None,
        }
        for each in every
    ]


def _figure_at(place: Place) -> str | None:
    """The name of the figure that a line of ``paths.yaml`` is about, as far as its indentation tells."""
    if place.line is None or place.file.name != "paths.yaml":
        return None
    try:
        lines = place.file.read_text(encoding="utf-8", errors="replace").splitlines()[: place.line]
    except OSError:
        return None
    start = next((number for number, line in enumerate(lines) if line.startswith("figures:")), len(lines))
    keys = [match for line in lines[start + 1 :] if (match := _KEY.match(line))]
    outermost = [match["name"] for match in keys if match["indent"] == keys[0]["indent"]]
    return outermost[-1] if outermost else None
