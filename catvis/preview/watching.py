"""Content that changes → builds; a mistake is told, and what is looked at stays the last complete site."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from threading import Thread
from time import monotonic, sleep

from catvis.digests import file_digests
from catvis.errors import CatvisError, shown_path, unforeseen
from catvis.loopback import HOST
from catvis.preview.news import News, ToldReporter, mistakes_of
from catvis.preview.site_server import SiteHandler, listen
from catvis.progress import Reporter
from catvis.settings import Settings

_POLL = 0.1
_PAUSE = 0.1
_SHARE_OF_TIME = 8
"""Between two looks at the content passes at least so many times what one look takes."""


def serve(
    settings: Settings,
    port: int,
    build: Callable[[Reporter], str],
    reporter: Reporter,
    *,
    shown: Callable[[str], object] = str,
) -> None:
    """Build, serve the site, and build again whenever the content changes, until Ctrl-C.

    Mistakes in the content are printed and shown in the page; what is served then is the last complete site.

    Args:
        settings: where the content and the site lie.
        port: where to listen on this machine.
        build: builds the site, and gives the digest of what it holds; the reporter it gets tells the page, too.
        reporter: is told what is going on.
        shown: is given the address as soon as it answers, and may open it.

    Raises:
        UsageError: the port is taken, or may not be used.
    """
    news = News()
    told = ToldReporter(news, quiet=reporter.quiet)
    server = listen(port, partial(SiteHandler, settings.site, news))
    Thread(target=server.serve_forever, args=(_POLL,), daemon=True).start()
    try:
        address = f"http://{HOST}:{port}/"
        sys.stdout.write(f"{address}\n")
        sys.stdout.flush()
        shown(address)
        _watch(settings, partial(_build_and_tell, build, news, told), reporter)
    except KeyboardInterrupt:
        reporter.say("\nno longer served")
    finally:
        server.shutdown()
        server.server_close()


def follow(settings: Settings, build: Callable[[], object], reporter: Reporter) -> None:
    """Build, and build again whenever the content changes, until Ctrl-C; somebody else serves what is built.

    Args:
        settings: where the content lies.
        build: builds it.
        reporter: is told what is going on.
    """
    try:
        _watch(settings, build, reporter)
    except KeyboardInterrupt:
        reporter.say("\nno longer built")


def _build_and_tell(build: Callable[[Reporter], str], news: News, told: Reporter) -> None:
    """Build, and have pages know what came of it."""
    try:
        news.tell(edition=build(told), mistakes=[], progress="")
    except CatvisError as error:
        news.tell(mistakes=mistakes_of(error), progress="")
        raise
    except Exception as error:
        news.tell(mistakes=mistakes_of(CatvisError(unforeseen(error))), progress="")
        raise


def _watch(settings: Settings, build: Callable[[], object], reporter: Reporter) -> None:
    built_from: dict[str, str] | None = None
    while True:
        started = monotonic()
        # Read before the build: what changes while it runs is built next.
        content = file_digests(settings.content)
        if content != built_from:
            built_from = content
            try:
                build()
            except CatvisError as error:
                sys.stderr.write(f"{error}\n")
            except Exception as error:  # whoever writes on goes on seeing the last complete site
                if sys.flags.dev_mode:
                    raise
                sys.stderr.write(f"{unforeseen(error)}\n")
            reporter.say(f"waiting for changes in {shown_path(settings.content)}; Ctrl-C ends")
            started = monotonic()
        sleep(max(_PAUSE, _SHARE_OF_TIME * (monotonic() - started)))
