"""The house as its contracts and its map say: rooms on floors, names for one thing each, the map up to date."""

from __future__ import annotations

import ast
import builtins
import dis
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest

from tools.architecture import PACKAGE, PAGE, ROOT, drawing, floors, page

FILES = sorted((ROOT / PACKAGE).rglob("*.py"))
LISTED = {module for found in floors().values() for floor in found for module in floor}
NOT_ON_A_FLOOR = {
    "catvis.__main__",  # starts the command line
}


def module_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def places_of_modules() -> Iterator[tuple[str, str]]:
    for module in map(module_of, FILES):
        name = module.rpartition(".")[2]
        if name != "__main__":
            yield name, module


def places_of_classes() -> Iterator[tuple[str, str]]:
    for file in FILES:
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield node.name, module_of(file)


def twice(names: Iterator[tuple[str, str]]) -> dict[str, list[str]]:
    places = defaultdict(list)
    for name, place in names:
        places[name].append(place)
    return {name: found for name, found in places.items() if len(found) > 1}


@pytest.mark.parametrize("package", floors())
def test_everything_in_a_divided_package_is_on_a_floor(package: str) -> None:
    modules = set(map(module_of, FILES)) - NOT_ON_A_FLOOR
    inside = {module for module in modules if module.rpartition(".")[0] == package}
    on_floors = LISTED | {
        module
        for module in inside
        # a package whose own rooms stand on different floors
        if (rooms := {room for room in modules if room.rpartition(".")[0] == module}) and rooms <= LISTED
    }
    assert inside - on_floors == set()


def test_floors_hold_nothing_that_is_not_there() -> None:
    assert LISTED - set(map(module_of, FILES)) == set()


def test_a_module_s_name_stands_for_one_module() -> None:
    assert twice(places_of_modules()) == {}


def test_a_public_class_s_name_stands_for_one_class() -> None:
    assert twice(places_of_classes()) == {}


def test_the_map_shows_the_contracts() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert page(written) == written, "make docs"
    assert drawing() in written


def undefined_names(file: Path) -> Iterator[str]:
    """Names that a module or its functions look up as they run, and that neither the module nor Python has."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for guard in [node for node in ast.walk(tree) if isinstance(node, ast.If)]:
        if isinstance(guard.test, ast.Name) and guard.test.id == "TYPE_CHECKING":
            guard.body = [ast.Pass()]
    codes = [compile(ast.unparse(tree), file, "exec")]
    given = {name.argval for name in dis.get_instructions(codes[0]) if name.opname == "STORE_NAME"}
    given |= {*dir(builtins), "__name__", "__file__"}
    for code in codes:
        codes += [inner for inner in code.co_consts if isinstance(inner, CodeType)]
        for instruction in dis.get_instructions(code):
            if instruction.opname == "LOAD_GLOBAL" and instruction.argval not in given:
                yield instruction.argval


@pytest.mark.slow
def test_every_name_is_defined() -> None:
    """The linter does not look up as code runs: to it, what is imported for types alone is there."""
    missing = {module_of(file): sorted(names) for file in FILES if (names := set(undefined_names(file)))}
    assert missing == {}
