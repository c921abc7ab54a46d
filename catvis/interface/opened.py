"""An open network, by its name or from memory: what it is made of, and the way to looks and exemplars."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from msgspec.structs import replace

from catvis.interface.answer_rows import table_html
from catvis.interface.arguments import choice, place, positive, refusal, unit
from catvis.interface.exemplar_views import UnitExemplars
from catvis.interface.given_pictures import ReadPicture, read_given
from catvis.interface.picture_look import PictureLook
from catvis.jobs.engine import Engine
from catvis.jobs.exemplar_grids import drawn_crop, drawn_store
from catvis.networks.known_layers import NetworkCard
from catvis.networks.registry import source, source_of_file
from catvis.networks.source import NetworkSource
from catvis.progress import Progress, Reporter, unseen
from catvis.settings import Settings
from catvis.terms import Fit, Unit

if TYPE_CHECKING:
    from catvis.exemplars.collection import Collection
    from catvis.exemplars.mine import Summary
    from catvis.jobs.look import Look

_PER_UNIT = 16


def warn(said: str) -> None:
    """Tell a caller what they should know of their network."""
    warnings.warn(said, stacklevel=2)


def opened(name: str | Path, **given: Any) -> OpenNetwork:
    """See `catvis.open`."""
    if not isinstance(name, str | Path):
        raise refusal(
            "a network", name, "name one, such as 'menagerie'; a module in memory: catvis.wrap(model, …)"
        )
    settings = settings_of(**given)
    is_file = isinstance(name, Path) or Path(name).is_file()
    found = source_of_file(Path(name)) if is_file else source(str(name), settings)
    return OpenNetwork(found, settings)


def settings_of(**given: Any) -> Settings:
    """Settings of what a caller gives; folders may be text, and None leaves things as usual."""
    written: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    for folder in written.keys() & {"weights", "content", "cache"}:
        written[folder] = place(folder, written[folder])
    if not isinstance(device := written.get("device", ""), str):
        raise refusal("a device", device, "write it as torch does: 'cpu', 'cuda:1'")
    if "memory" in written:
        positive(written["memory"])
    return replace(Settings(), **written)


class OpenNetwork:
    """A network, ready to look at pictures.

    Args:
        source: where it comes from.
        settings: where it runs, and where exemplars are kept.
        note: is told once what a reader should know of it.
        progress: is told of what takes long, mining and cutting; by default a terminal shows it.
        named: whether a command line can name it.
    """

    def __init__(
        self,
        source: NetworkSource,
        settings: Settings,
        *,
        note: Callable[[str], None] = warn,
        progress: Progress | None = None,
        named: bool = True,
    ) -> None:
        self._source, self._settings, self._named = source, settings, named
        self._card = source.card()
        self._progress = progress or (Reporter() if sys.stderr.isatty() else unseen)
        self._engine = Engine(settings, None, {self._card.digest: source}, {}, note=note)

    @property
    def card(self) -> NetworkCard:
        """Everything that is known of it without its weights."""
        return self._card

    @property
    def name(self) -> str:
        """As `paths.yaml` and figures write it."""
        return self._card.name

    @property
    def layers(self) -> dict[str, int]:
        """How many units each layer has, lowest layer first; the last holds the class scores."""
        return self._card.widths

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the classes; empty where they are unknown."""
        return self._card.labels

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the input in pixels."""
        return self._card.size

    def look(self, picture: object, *, fit: Fit = "crop") -> PictureLook:
        """Look at a picture.

        Args:
            picture: a file's path, its bytes, a PIL picture, a uint8 array (height, width, 3) or tensor (3, height,
                width), RGB. Or a float tensor, which is taken for the network's own input, normalised already.
            fit: how a picture of another shape gets the network's.

        Raises:
            PictureError: it cannot be read.
            UsageError: it is no picture, or an input of another size.
            WeightsError: the network's file is damaged.
        """
        return self.looks([picture], fit=fit)[0]

    def looks(self, pictures: Iterable[object], *, fit: Fit = "crop") -> tuple[PictureLook, ...]:
        """Look at several pictures, which go forward as one batch; of a tensor each of its rows is one.

        Each look's tiles are a sweep of their own: one for several pictures is slower on all but small networks.

        Raises:
            CatvisError: as `look`.
        """
        if isinstance(pictures, str | bytes | Path) or not isinstance(pictures, Iterable):
            raise refusal("a list of pictures", pictures, "write [picture, picture], or call look(picture)")
        choice("fit", fit, get_args(Fit))
        read = [read_given(picture) for picture in pictures]
        looks = [self._look(picture, fit) for picture in read]
        if len(looks) > 1:
            from catvis.jobs.look import look_together

            look_together(looks)
        return tuple(
            PictureLook(self._card, self._engine, look, picture, fit, named=self._named)
            for look, picture in zip(looks, read, strict=True)
        )

    def mine(
        self,
        pictures: str | Path | Collection,
        *,
        store: str | Path | None = None,
        layers: Sequence[str] | None = None,
        per_unit: int = _PER_UNIT,
        distinct: bool = False,
        workers: int | None = 0,
        scheduler: str | None = None,
    ) -> Summary:
        """Find what excites each unit most in a folder of pictures, and keep it in a store.

        Args:
            pictures: the folder, or a .tar of them; or a collection.
            store: the file; the network's own in the cache by default. It is gone on with where there is one.
            layers: scan these only.
            per_unit: how many exemplars a unit gets at most.
            distinct: prefer exemplars that differ from each other to the strongest.
            workers: how many processes decode, None for one each core. They pay from a thousand pictures on. Where
                the collection's own class stands in a script, they run that script again, up to its
                ``if __name__ == "__main__"``.
            scheduler: address of a Dask scheduler whose workers scan.

        Raises:
            CatvisError: there are no pictures, a layer does not exist, or the store is another network's.
        """
        from catvis.exemplars.collection import Collection, FolderCollection
        from catvis.exemplars.mine import mine

        if not isinstance(pictures, Collection):
            pictures = FolderCollection(place("a folder of pictures", pictures))
        return mine(
            self._engine.network(self._card.digest),
            pictures,
            self._store(store),
            layers=layers,
            per_unit=positive(per_unit),
            distinct=distinct,
            workers=workers,
            scheduler=scheduler,
            progress=self._progress,
        )

    def cut(
        self,
        units: Iterable[str | Unit],
        *,
        store: str | Path | None = None,
        workers: int | None = None,
    ) -> int:
        """Cut the crops of some units' exemplars now, and not when they are first asked for.

        Args:
            units: whose.
            store: the file; the network's own in the cache by default.
            workers: how many pictures are worked on at once.

        Returns:
            How many were cut.

        Raises:
            NetworkError: a unit does not exist.
            StoreError: there is no store, their layer was not scanned, or it is another network's.
        """
        from catvis.exemplars.crops import cut_crops
        from catvis.exemplars.store import open_store

        wanted, file, digest = self.units(units), self._store(store), self._card.digest
        with open_store(file, digest) as opened_store:
            opened_store.require_scanned(wanted)
        load = partial(self._engine.network, digest)
        return cut_crops(
            load, digest, file, wanted, draw=drawn_crop, workers=workers, progress=self._progress
        )

    def exemplars(self, given: str | Unit, *, store: str | Path | None = None) -> UnitExemplars:
        """What excites a unit most, from a mined store; the embedded network's is mined when it is needed.

        Args:
            given: the unit.
            store: the file; the network's own in the cache by default.

        Raises:
            NetworkError: the unit does not exist.
            StoreError: there is no store, its layer was not scanned, or it is another network's.
        """
        return self.exemplars_of([given], store=store)[0]

    def exemplars_of(
        self, units: Iterable[str | Unit], *, store: str | Path | None = None
    ) -> tuple[UnitExemplars, ...]:
        """The exemplars of several units, their crops cut together; see `exemplars`."""
        from catvis.exemplars.store import open_store

        wanted, file, digest = self.units(units), self._store(store), self._card.digest
        if store is None and self._source.has_world and not file.is_file():
            file = drawn_store(self._engine, digest, self._progress)
        self.cut(wanted, store=file)
        with open_store(file, digest) as opened_store:
            return tuple(
                UnitExemplars(each, self._card.label(each), tuple(opened_store.cells(each)))
                for each in wanted
            )

    def __repr__(self) -> str:
        first, last = next(iter(self.layers.items())), (self._card.top.name, self._card.top.units)
        height, width = self.size
        ends = " to ".join(f"{name} ({units})" for name, units in (first, last))
        return f"<{self.name}: {len(self.layers)} layers, {ends}, on pictures of {width}×{height} pixels>"

    def _repr_html_(self) -> str:
        kinds = {True: "maps", False: "numbers"}
        rows = [
            {"layer": layer.name, "units": str(layer.units), "are": kinds[layer.spatial]}
            for layer in self._card.layers
        ]
        return table_html(list(rows))

    def _look(self, picture: ReadPicture, fit: Fit) -> Look:
        from catvis.jobs.look import Look

        network = self._engine.network(self._card.digest)
        seen = picture.seen(network.preprocessing, fit)
        return Look(network, seen, self._settings.memory, picture.values)

    def units(self, given: Iterable[str | Unit]) -> list[Unit]:
        """Units by their names.

        Raises:
            ContentError: one is none.
            NetworkError: one does not exist.
        """
        units = [unit(each) for each in given]
        for each in units:
            self._card.check_unit(each)
        return units

    def _store(self, given: str | Path | None) -> Path:
        from catvis.exemplars.place import store_file

        return (
            place("a store", given)
            if given is not None
            else store_file(self._settings.cache, self._source.name)
        )
