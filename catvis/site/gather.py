"""Reading all that a build needs and checking all that can be checked before anything is computed."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from catvis.cache import Cache
from catvis.digests import digest, file_digest
from catvis.errors import ContentError, PictureError, Place, shown_path
from catvis.figures.kind import Figure
from catvis.frozen import Frozen
from catvis.jobs.versions import version
from catvis.networks.known_layers import NetworkCard
from catvis.networks.registry import source
from catvis.networks.source import NetworkSource
from catvis.post.document import Document, FigureSlot, read_document, read_front_matter
from catvis.post.paths_file import PathsFile, check_names, read_paths_file
from catvis.post.site_file import read_site_file
from catvis.settings import Settings
from catvis.site.content_posts import post_folders
from catvis.written.copied_pictures import check_copied
from catvis.written.located import Located, Mistakes, located
from catvis.written.picture_files import resolve_picture

SITE_FILE = "site.yaml"
_KEPT_POSTS = 100
_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")


class PictureFile(Frozen):
    """A picture that a figure is about.

    Attributes:
        name: as the author wrote it.
        file: where it lies.
        digest: hex digest of its bytes.
    """

    name: str
    file: Path
    digest: str


class Cast(Frozen):
    """What one figure is about: the network's card, and its pictures (two for a comparison, none for some)."""

    card: NetworkCard | None
    pictures: tuple[PictureFile, ...]


class Post(Frozen):
    """A post that was read and checked.

    Attributes:
        name: of its folder, and of its folder in the site.
        folder: where it lies.
        document: its Markdown.
        paths: its figures.
        casts: by figure's name, what the figure is about; the post's own under "".
        statics: pictures that the Markdown shows as they are, by their address in the post.
    """

    name: str
    folder: Path
    document: Document
    paths: PathsFile
    casts: Mapping[str, Cast]
    statics: Mapping[str, Path]

    @property
    def published(self) -> bool:
        """Whether the post is built without being asked for."""
        return self.document.front.published


class Reader(msgspec.Struct):
    """Reads posts; networks and pictures that several are about are looked at once.

    Attributes:
        settings: where the content lies.
        named_by: where networks are named, if that is not in the content.
        networks: sources of the networks so far, by digest.
        pictures: picture files so far, by the digest of their bytes.
        extensions: Python-Markdown's own that posts are read with.
        cache: remembers which pictures could be read; without one each is decoded once.
    """

    settings: Settings
    networks: dict[str, NetworkSource] = msgspec.field(default_factory=dict)
    pictures: dict[str, Path] = msgspec.field(default_factory=dict)
    extensions: Sequence[str] = ()
    named_by: Settings | None = None
    cache: Cache | None = None
    _cards: dict[str, NetworkCard] = msgspec.field(default_factory=dict)
    _digests: dict[Path, str] = msgspec.field(default_factory=dict)
    _posts: dict[Path, Post] = msgspec.field(default_factory=dict)

    def post(self, folder: Path) -> Post:
        """Read and check a post; a few that were read are kept.

        Raises:
            ContentError: the post is mistaken; all its mistakes are listed.
        """
        if folder not in self._posts:
            post = _post(self, folder, self.document(folder))
            if len(self._posts) < _KEPT_POSTS:
                self._posts[folder] = post
            return post
        return self._posts[folder]

    def document(self, folder: Path) -> Document:
        """A post's Markdown.

        Raises:
            ContentError: it is mistaken, or a link leads out of the content to it.
        """
        return read_document(folder / "post.md", self.extensions, self.settings.content)

    def is_published(self, folder: Path) -> bool:
        """Whether a post is built without being asked for; of a draft nothing more is read.

        Raises:
            ContentError: its Markdown cannot be read.
        """
        return read_front_matter(folder / "post.md", self.settings.content).published

    def card(self, named: Located[str] | None, paths_yaml: Path) -> NetworkCard:
        """The card of a network that a post names; the settings' where it names none."""
        name, place = (named.value, named.place) if named else (self.settings.network, Place(paths_yaml))
        if name not in self._cards:
            with located(place):
                found = source(name, self.named_by or self.settings)
                self._cards[name] = found.card()
                self.networks[found.digest()] = found
        return self._cards[name]

    def picture(self, named: Located[str], folder: Path) -> PictureFile:
        """A picture that a post names."""
        file = resolve_picture(named, folder)
        if file not in self._digests:
            with located(named.place):
                self._digests[file] = self._read(file)
            self.pictures[self._digests[file]] = file
        return PictureFile(named.value, file, self._digests[file])

    def _read(self, file: Path) -> str:
        """The digest of a picture that can be decoded, which is not done again by the next build."""
        try:
            found = file_digest(file)
        except OSError as error:
            raise PictureError(f"{shown_path(file)} may not be read: {error.strerror}") from error
        key = digest("read", version("catvis.networks.pictures"), found)
        if self.cache is None or self.cache.get(key) is None:
            from catvis.networks.pictures import read_picture

            read_picture(file)
            if self.cache is not None:
                self.cache.put(key, b"")
        return found


def gather(settings: Settings, names: Sequence[str] = (), *, unpublished: bool = False) -> list[Post]:
    """Read and check posts.

    Args:
        settings: where the content lies.
        names: the posts that are wanted; all that are published where none is named.
        unpublished: whether posts that say ``published: false`` are wanted too.

    Raises:
        UsageError: a named post does not exist.
        ContentError: the content is wrong; all its mistakes are listed.
    """
    reader, mistakes = Reader(settings), Mistakes()
    posts: list[Post] = []
    with mistakes.noted():
        reader.extensions = read_site_file(settings.content / SITE_FILE).markdown_extensions
    for folder in post_folders(settings.content, names):
        with mistakes.noted():
            document = reader.document(folder)
            if names or unpublished or document.front.published:
                posts.append(_post(reader, folder, document))
    mistakes.raise_any()
    if not posts:
        raise nothing_published(settings)
    return posts


def nothing_published(settings: Settings) -> ContentError:
    """Every post is a draft."""
    return ContentError(
        f"no post in {shown_path(settings.content)} is published",
        hint="name a post, or build them all with --unpublished",
    )


def _post(reader: Reader, folder: Path, document: Document) -> Post:
    paths_yaml = folder / "paths.yaml"
    paths = read_paths_file(paths_yaml, reader.settings.content)
    mistakes = Mistakes()
    statics: dict[str, Path] = {}
    slots: list[FigureSlot] = []
    figures = {figure.name for figure in paths.figures}
    for slot in document.slots:
        with mistakes.noted():
            if slot.name not in figures and os.path.lexists(folder / slot.source):
                statics[slot.source] = _static(slot, folder)
            else:
                slots.append(slot)
                _check_suffix(slot)
    with mistakes.noted():
        check_names(paths.figures, slots, paths_yaml)
    casts: dict[str, Cast] = {}
    for figure in (*paths.figures, *paths.examples):
        with mistakes.noted():
            casts[figure.name] = _cast(reader, figure, paths_yaml)
    with mistakes.noted():
        casts[""] = _post_cast(reader, paths, document)
    for claim in paths.claims:
        card = casts[""].card if "" in casts else None
        if card is not None:
            with mistakes.noted():
                claim.check(card)
    mistakes.raise_any()
    return Post(folder.name, folder, document, paths, casts, statics)


def _check_suffix(slot: FigureSlot) -> None:
    suffix = Path(slot.source).suffix
    if suffix.lower() not in _SUFFIXES:
        raise ContentError(
            f"a figure cannot be written as {slot.source!r}",
            where=slot.place,
            hint=f"name it imgs/{slot.name}.png; valid endings: {', '.join(_SUFFIXES)}",
        )


def _static(slot: FigureSlot, folder: Path) -> Path:
    """A picture of the post that the Markdown shows as it is."""
    file = resolve_picture(Located(slot.source, slot.place), folder)
    with located(slot.place):
        check_copied(file)
    return file


def _cast(reader: Reader, figure: Figure, paths_yaml: Path) -> Cast:
    if not figure.has_network:
        return Cast(None, ())
    card = reader.card(figure.network, paths_yaml)
    figure.check(card)
    folder = paths_yaml.parent
    return Cast(card, tuple(_picture(reader, name, figure, folder) for name in figure.pictures))


def _picture(reader: Reader, named: Located[str] | None, figure: Figure, folder: Path) -> PictureFile:
    if named is None:
        raise ContentError(
            f"no picture is named for {figure.name}",
            where=figure.place,
            hint="write picture: imgs/cat.png, here or for the post",
        )
    return reader.picture(named, folder)


def _post_cast(reader: Reader, paths: PathsFile, document: Document) -> Cast:
    network, picture = paths.head.network, paths.head.picture
    pictures = (reader.picture(picture, paths.file.parent),) if picture else ()
    needed = paths.claims or network or pictures or document.values
    return Cast(reader.card(network, paths.file) if needed else None, pictures)
