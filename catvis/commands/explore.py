"""The command ``explore``: an explorer of a network on pictures, answered by this program or written as a site."""

from __future__ import annotations

import json
import shutil
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec.structs import replace

from catvis.cache import Cache
from catvis.errors import CatvisError, shown_path
from catvis.frozen import Frozen
from catvis.jobs.engine import Engine
from catvis.jobs.questions import Questions
from catvis.networks.known_layers import NetworkCard
from catvis.networks.pictures import read_picture
from catvis.networks.registry import source
from catvis.post.site_file import SiteFile
from catvis.progress import Reporter
from catvis.settings import Settings
from catvis.site.compose import compose_post
from catvis.site.gather import Post, Reader
from catvis.site.pages import post_files
from catvis.site.write import check_place, new_site

_POST = "explore"
_FIGURE = "explorer"


def explore(arguments: Namespace, settings: Settings) -> str | None:
    """Write an explorer as a site, or serve one until Ctrl-C.

    Raises:
        CatvisError: the network or a picture cannot be opened, or the site cannot be written.
    """
    for picture in arguments.pictures:
        read_picture(picture)
    if arguments.out is not None:
        check_place(arguments.out)
    answers = "served" if arguments.out is None else arguments.answers
    card = source(arguments.network, settings).card()
    with _page(arguments, settings, card, answers) as page:
        if arguments.out is None:
            _serve(page, arguments.port)
            return None
        with new_site(arguments.out) as site:
            for name, data in page.files.items():
                site.put(name, data)
    return shown_path(arguments.out / "index.html")


class _Page(Frozen):
    """An explorer's page.

    Attributes:
        files: by path below the page.
        post: as it was read.
        engine: what computed it.
        folder: of the post, gone when the command ends.
    """

    files: Mapping[str, bytes]
    post: Post
    engine: Engine
    folder: Path


@contextmanager
def _page(
    arguments: Namespace, settings: Settings, card: NetworkCard, answers: str | None
) -> Iterator[_Page]:
    """The page, made as a post is."""
    reporter = Reporter(quiet=False)
    with TemporaryDirectory(prefix="catvis-") as beside:
        folder = Path(beside, _POST)
        _write_post(folder, arguments, card, answers)
        reader = Reader(replace(settings, content=Path(beside)), named_by=settings)
        post = reader.post(folder)
        cache = Cache(settings.cache)
        engine = Engine(settings, cache, reader.networks, reader.pictures, reporter, note=reporter.say)
        _, files = post_files(compose_post(post, engine.answers), SiteFile())
        start = f"{_POST}/"
        own = {name.removeprefix(start): data for name, data in files.items() if name.startswith(start)}
        yield _Page(own, post, engine, folder)


def _write_post(folder: Path, arguments: Namespace, card: NetworkCard, answers: str | None) -> None:
    try:
        (folder / "imgs").mkdir(parents=True)
        names = _names(arguments.pictures)
        for picture, name in zip(arguments.pictures, names, strict=True):
            shutil.copyfile(picture, folder / name)
        (folder / "paths.yaml").write_text(_yaml(arguments, card, answers, names), encoding="utf-8")
        (folder / "post.md").write_text(_markdown(card), encoding="utf-8")
    except OSError as error:
        raise CatvisError(f"the explorer's page cannot be prepared: {error.strerror}") from error


def _names(pictures: Sequence[Path]) -> list[str]:
    """What the page calls each picture: its file's name, with a number where another has it already."""
    names: list[str] = []
    for picture in pictures:
        name, count = f"imgs/{picture.name}", 1
        while name in names:
            count += 1
            name = f"imgs/{picture.stem}-{count}{picture.suffix}"
        names.append(name)
    return names


def _yaml(arguments: Namespace, card: NetworkCard, answers: str | None, names: Sequence[str]) -> str:
    figure = {"explore": arguments.start, "pictures": list(names), "ablation": True, "fit": arguments.fit}
    if arguments.children:
        figure["children"] = arguments.children
    if answers:
        figure["answers"] = answers
    whole = {"network": card.name, "figures": {_FIGURE: figure}}
    return json.dumps(whole, ensure_ascii=False, indent=1)  # which is YAML, too


def _markdown(card: NetworkCard) -> str:
    title = json.dumps(f"What {card.name} sees", ensure_ascii=False)
    return f"---\ntitle: {title}\n---\n\n![The first step of the explorer](imgs/{_FIGURE}.png)\n"


def _serve(page: _Page, port: int) -> None:
    from catvis.answering import listen
    from catvis.loopback import HOST

    cast = page.post.casts[_FIGURE]
    pictures = {picture.name: picture.digest for picture in cast.pictures}
    (figure,) = page.post.paths.figures
    if cast.card is None:
        raise LookupError("an explorer without a network")
    questions = Questions(page.engine, cast.card, pictures, figure.fit, page.folder)
    server = listen(page.files, questions.answer, port)
    sys.stdout.write(f"http://{HOST}:{server.server_address[1]}/\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.stderr.write("\nno longer served\n")
    finally:
        server.server_close()
