"""What catvis keeps between two runs, mutated: stores of exemplars, and every kind of entry of the cache."""

from __future__ import annotations

import sqlite3
from functools import cache
from pathlib import Path
from random import Random

from catvis import cli
from tools.torture import corpus
from tools.torture.cases import Case
from tools.torture.mutation import NUMBERS, STRANGE_TEXT, changed_bytes
from tools.torture.text_kinds import BUILD, PathsFile

_STORE = "s.sqlite"
_COLUMNS = {
    "fact": ("value",),
    "picture": ("id", "name", "file", "start", "size", "digest", "look"),
    "cell": (
        "unit",
        "rank",
        "activation",
        "picture",
        "place",
        '"top"',
        '"left"',
        "bottom",
        '"right"',
        "crop",
        "attribution",
    ),
    "candidates": ("layer", "units", "slots", "activation", "picture", "place", "content"),
}
_ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT"
_CHANGE = "UPDATE OR REPLACE {table} SET {column} = ?"
_STATEMENTS = (
    "DROP TABLE {table}",
    "ALTER TABLE {table} RENAME TO other",
    "ALTER TABLE {table} RENAME COLUMN {column} TO other",
    "DELETE FROM {table}",
    "PRAGMA user_version = 7",
    "PRAGMA journal_mode = wal",
    "PRAGMA encoding = 'UTF-16'; VACUUM",
    f"ALTER TABLE cell RENAME TO was; CREATE VIEW cell AS {_ENDLESS} 'conv1' AS layer, 0 AS unit, i AS rank,"
    " 1.0 AS activation, 1 AS picture, 0 AS place,"
    ' 0 AS "top", 0 AS "left", 9 AS bottom, 9 AS "right", zeroblob(1000) AS crop,'
    " zeroblob(1000) AS attribution FROM n",
    f"ALTER TABLE fact RENAME TO was; CREATE VIEW fact AS {_ENDLESS} 'a' AS key, 'b' AS value FROM n",
    "ALTER TABLE picture RENAME TO was; CREATE VIEW picture AS SELECT * FROM was",
)


class Stores:
    """A store of exemplars, of which a sheet is drawn, or which a scan goes on with."""

    name = "exemplar store"
    share = 20

    def prepare(self, home: Path) -> None:
        """A store of four pictures."""
        words = ["mine", "menagerie", "--drawn", "4", "--layers", "conv1", "--units", "conv1_0", "conv1_1"]
        if cli.main([*words, "--workers", "0", "--store", _STORE, "--quiet"]):
            raise RuntimeError("the corpus cannot be mined")
        with sqlite3.connect(home / _STORE) as store:
            store.execute("PRAGMA journal_mode = delete")
        store.close()

    def case(self, home: Path, random: Random) -> Case:
        """A store in which something is not as it was."""
        data = (home / _STORE).read_bytes()
        data = changed_store(data, random) if random.random() < 0.6 else changed_bytes(data, random)
        out = f"out/{_STORE}"
        if random.random() < 0.2:
            words = ("catvis", "mine", "menagerie", "--drawn", "4", "--layers", "conv1", "--units", "conv1_0")
            return Case((*words, "--workers", "0", "--store", out, "--quiet"), {out: data})
        return Case(
            ("catvis", "exemplars", "menagerie", "conv1_0", "-o", "out/sheet.png", "--store", out),
            {out: data},
        )


def changed_store(data: bytes, random: Random) -> bytes:
    """A store with values of other types and sizes, or with tables that are gone, renamed or never end."""
    store = sqlite3.connect(":memory:")
    store.deserialize(data)
    store.execute("PRAGMA foreign_keys = off")
    store.execute("PRAGMA ignore_check_constraints = on")
    for _ in range(random.choice((1, 1, 3))):
        table = random.choice(list(_COLUMNS))
        column = random.choice(_COLUMNS[table])
        try:
            if random.random() < 0.15:
                store.executescript(random.choice(_STATEMENTS).format(table=table, column=column))
            else:
                store.execute(_CHANGE.format(table=table, column=column), (_value(random),))
        except sqlite3.Error:
            continue
    store.commit()
    changed = store.serialize()
    store.close()
    return changed


def _value(random: Random) -> object:
    number = random.choice([one for one in NUMBERS if one < 2**63])
    text = random.choice(STRANGE_TEXT).encode("utf-8", "replace").decode()
    blob = random.choice((b"", random.randbytes(16), bytes(100_000), _jpeg()))
    return random.choice((None, number, 1e308, float("inf"), text, blob))


@cache
def _jpeg() -> bytes:
    import io

    kept = io.BytesIO()
    corpus.picture(64).save(kept, "JPEG")
    return kept.getvalue()


class CacheEntries:
    """Entries of the cache, of which a build is made."""

    name = "cache entries"
    share = 10

    def prepare(self, home: Path) -> None:
        """A post, its site, and a cache of all that it needs."""
        PathsFile().prepare(home)

    def case(self, home: Path, random: Random) -> Case:
        """Some entries changed, exchanged for others, or emptied; and a post that has to be made of them."""
        entries = sorted(
            path for path in (home / "cache").rglob("*") if path.is_file() and len(path.parent.name) == 2
        )
        files: dict[str, bytes] = {}
        for path in random.sample(entries, min(len(entries), random.choice((1, 5, 1000)))):
            other = random.choice(entries)
            choice = random.randrange(4)
            data = path.read_bytes()
            new = other.read_bytes() if choice == 0 else b"" if choice == 1 else changed_bytes(data, random)
            files[str(path.relative_to(home))] = new
        post = (home / "content" / "a" / "post.md").read_bytes()
        files["content/a/post.md"] = post + f"\n{random.randrange(1 << 30)}\n".encode()
        return Case(BUILD, files, builds=True)
