"""A rule stands in two files, the words and the rules: everything else takes it from there."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
import torch
from msgspec.structs import fields

from catvis.backward.rules import RELU_RULES
from catvis.cli import main
from catvis.figures.options import Options
from catvis.figures.rule_row import RulesFigure
from catvis.jobs.attribution import TileJob
from catvis.post.paths_file import read_paths_file
from catvis.terms import RULE_NAMES, Rule
from tests.small_world import World, paths

RULES = get_args(Rule)
PACKAGE = Path(__file__).parents[2] / "catvis"


def test_every_rule_has_a_function_and_a_name() -> None:
    assert set(RELU_RULES) == set(RULE_NAMES) == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_s_function_takes_and_gives_whole_batches(rule: Rule) -> None:
    g, ceiling = torch.randn(2, 3, 4, 5), torch.full((2, 3, 4, 5), torch.inf)
    ceiling[:, 0] = 0
    passed = RELU_RULES[rule](g, ceiling, None)
    out = torch.empty_like(g)
    assert passed.shape == g.shape
    assert RELU_RULES[rule](g, ceiling, out) is out
    assert torch.equal(out, passed)
    assert torch.equal(RELU_RULES[rule](passed, ceiling, None), passed), "twice is as good as once"


@pytest.mark.parametrize("rule", RULES)
def test_paths_yaml_takes_every_rule(world: World, rule: Rule) -> None:
    folder = world.write_post(paths(f"unit: fc4_2, rules: [{rule}]") + f"rule: {rule}\n")
    read = read_paths_file(folder / "paths.yaml")
    (figure,) = read.figures
    assert isinstance(figure, RulesFigure)
    assert (read.head.rule, figure.rules) == (rule, (rule,))


@pytest.mark.parametrize("rule", RULES)
def test_the_command_line_takes_every_rule(world: World, rule: Rule) -> None:
    world.write_post()
    settings = world.settings
    where = ["--content", str(settings.content), "--weights", str(settings.weights)]
    file = world.folder / "tile.npy"
    assert main(["attribute", "small", str(world.cat), "fc4_2", "--rule", rule, *where, "-o", str(file)]) == 0
    assert file.is_file()


def test_the_usual_rule_is_one_of_them() -> None:
    assert Options().rule == next(one.default for one in fields(TileJob) if one.name == "rule")
    assert Options().rule in RULES


def test_only_two_files_need_to_know_a_rule() -> None:
    """`deconvnet` is nobody's default, so that whoever names it knows it."""
    knowing = {
        file.relative_to(PACKAGE).as_posix()
        for file in PACKAGE.rglob("*.py")
        if '"deconvnet"' in file.read_text(encoding="utf-8")
    }
    assert knowing == {"terms.py", "backward/rules.py"}
