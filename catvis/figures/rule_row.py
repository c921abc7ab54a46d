"""``rules: [gradient, deconvnet, guided]``: one unit, or the end of one path, by several rules side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self, get_args

from msgspec.structs import asdict

from catvis.drawing.figure import Drawing
from catvis.figures.kind import TILE_KEYS, UNIT_OR_PATH, Figure, Head, check_paths, read_unit_or_path
from catvis.figures.options import OPTION_KEYS
from catvis.figures.path_spec import PATH, PathSpec, check_distinct, some_items
from catvis.figures.scene import Scene
from catvis.figures.tiles import row_of_tiles
from catvis.jobs.rounds import Asking
from catvis.networks.known_layers import NetworkCard
from catvis.terms import Rule
from catvis.written.keys import Key, choice, several
from catvis.written.located import Located
from catvis.written.yaml_values import Value


def _rules(value: Value) -> tuple[Rule, ...]:
    rules = [Located(A_RULE.read(item), item.place) for item in some_items(value, "[gradient, guided]")]
    check_distinct(rules)
    return tuple(rule.value for rule in rules)


A_RULE: Key[Rule] = choice(get_args(Rule), "what a ReLU does to the gradient on the way back")
RULES = Key(_rules, several(A_RULE.schema), "one unit, or the end of a path, by each of these rules")


class RulesFigure(Figure, kw_only=True):
    """A row of one path's tiles, a rule each; `Options.rule` is not used."""

    keys = {"rules": RULES}
    beside = {
        **{name: key for name, key in TILE_KEYS.items() if name != "rule"},
        "control": OPTION_KEYS["control"],
        "crop": OPTION_KEYS["crop"],
        "unit": PATH,
        "path": PATH,
    }
    together = UNIT_OR_PATH
    unit: PathSpec
    rules: tuple[Rule, ...]

    @classmethod
    def read(cls, values: Mapping[str, Value], head: Head) -> Self:
        """Read the rules and the unit or path."""
        rules = RULES.read(values["rules"])
        return cls(**asdict(head), unit=read_unit_or_path(values, values["rules"]), rules=rules)

    def check(self, card: NetworkCard) -> None:
        """The unit has to be there."""
        check_paths((self.unit,), card)

    def draw(self, scenes: Sequence[Scene]) -> Asking[Drawing]:
        """Ask for a tile by every rule."""
        scene = scenes[0]
        path = yield from scene.resolve(self.unit, self)
        if len(path.units) > 1:
            yield from scene.require_firing(path.units[0], self.unit.place, self.fit)
        wanted = [(path, rule) for rule in self.rules]
        found = yield from row_of_tiles(scene, wanted, self, control=self.control)
        tiles = [(one.tile(key=(one.job.rule,), note=one.job.rule), one.control) for one in found]
        return self.row([tile for pair in tiles for tile in pair if tile])
