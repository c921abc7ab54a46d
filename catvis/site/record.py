"""Whether anything that a site was built from has changed: digests only, no time stamps.

A record of every file that a build could read, and of the site that came of it, is kept in the cache. Where all
of them are as they were there is nothing to do, and no network, no YAML and no template is opened to find that
out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from catvis.cache import Cache
from catvis.digests import digest, file_digests
from catvis.page.folder import TEMPLATES
from catvis.settings import JEKYLL_CONFIG, Settings
from catvis.site.manifest import JEKYLL_MARK, MARK, is_at_rest, is_intact, manifest

_PROGRAM = Path(__file__).resolve().parents[1]


def inputs(settings: Settings) -> dict[str, str]:
    """Digests by path of all that a build could read: content, templates, and the program.

    To be taken before a build reads them: what is saved while it runs then counts as a change.
    """
    config = [settings.site / JEKYLL_CONFIG] if settings.jekyll else []
    return file_digests(_PROGRAM, TEMPLATES, settings.content, *config)


def is_up_to_date(
    cache: Cache, settings: Settings, request: tuple[object, ...], read: Mapping[str, str]
) -> bool:
    """Whether a site is what this request would build again, and nothing is there that a build would clear away.

    Args:
        cache: where the record is kept.
        settings: the folders.
        request: what is asked for.
        read: the inputs.
    """
    stored = cache.get(_key(settings, request))
    if stored is None:
        return False
    record = json.loads(stored)
    if record["inputs"] != {**read, **file_digests(*map(Path, record["more"]))}:
        return False
    built = manifest(settings.site, JEKYLL_MARK if settings.jekyll else MARK)
    whole = record["site"] == digest(built) and is_intact(settings.site, built)
    return whole and is_at_rest(settings.site, jekyll=settings.jekyll)


def keep_record(
    cache: Cache,
    settings: Settings,
    request: tuple[object, ...],
    read: Mapping[str, str],
    more: Iterable[Path],
    built: Mapping[str, str],
) -> None:
    """Remember what a site was built from.

    Args:
        cache: where the record is kept.
        settings: the folders.
        request: what was asked for.
        read: the inputs, as they were before the build.
        more: files from outside the content: weights, and stores of exemplars, which need not exist yet.
        built: digests of the site's files by path.
    """
    files = sorted(str(file.absolute()) for file in more)
    record = {
        "site": digest(built),
        "more": files,
        "inputs": {**read, **file_digests(*map(Path, files))},
    }
    cache.put(_key(settings, request), json.dumps(record).encode())


def _key(settings: Settings, request: tuple[object, ...]) -> str:
    folders = (settings.content, settings.site, settings.weights or "", settings.downloads)
    return digest(
        "record",
        [str(Path(folder).absolute()) for folder in folders],
        settings.network,
        settings.jekyll,
        settings.untrusted,
        list(request),
    )
