"""Where a build reads and writes, and what it uses where the content says nothing else.

The command line makes one `Settings` and hands it down; nothing below reads the environment again.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from catvis.frozen import Frozen

JEKYLL_CONFIG = "_config.yml"
"""What lies in the folder of a Jekyll site."""


def _user_cache() -> Path:
    import platformdirs

    return platformdirs.user_cache_path("catvis", appauthor=False)


def _weights_from_environment() -> Path | None:
    named = os.environ.get("CATVIS_WEIGHTS")
    return Path(named) if named else None


class Settings(Frozen):
    """Folders, network and machine.

    Attributes:
        content: the folder of posts, one folder each.
        site: what the build writes; of a Jekyll site, the folder that it writes into.
        cache: computed results by the digest of what they were computed from. It is shared by all checkouts:
            a key holds everything that its result depends on.
        weights: a folder of weights files that is searched first; by default what ``CATVIS_WEIGHTS`` names.
        downloads: where fetched weights are kept; searched after ``weights``.
        network: what explains a post that names no network.
        device: where networks run, as torch names devices.
        memory: bytes that one batch going down a network may take.
        allow_code: whether a content folder's own ``networks.py`` may be run.
        untrusted: whether posts are a stranger's, whatever ``site.yaml`` says: nothing in their text runs.
        jekyll: whether ``site`` is the folder of somebody's Jekyll site.
    """

    content: Path = Path("content")
    site: Path = Path("site")
    cache: Path = msgspec.field(default_factory=lambda: _user_cache() / "results")
    weights: Path | None = msgspec.field(default_factory=_weights_from_environment)
    downloads: Path = msgspec.field(default_factory=lambda: _user_cache() / "weights")
    network: str = "menagerie"
    device: str = "cpu"
    memory: int = 1_000_000_000
    allow_code: bool = False
    untrusted: bool = False
    jekyll: bool = False

    @classmethod
    def here(cls) -> Settings:
        """What holds in the working directory: in the folder of a Jekyll site, posts lie in ``_catvis``."""
        if Path(JEKYLL_CONFIG).is_file():
            return cls(content=Path("_catvis"), site=Path(), jekyll=True)
        return cls()

    @property
    def weights_folders(self) -> tuple[Path, ...]:
        """The folders that hold weights files, in the order in which they are searched."""
        return (self.weights, self.downloads) if self.weights else (self.downloads,)
