"""Write down what networks may be made of in docs/networks.md: ``python -m tools.supported``.

Three tables, from the code that decides: operations by what carries them back, torch's functions by the lowerings
and their docstrings, torchvision's architectures by what is known of their weights and graphs.
"""

from __future__ import annotations

import inspect
import re

from catvis.backward.carry import CARRIERS
from catvis.networks.operations import ReLU
from catvis.networks.torchvision import PREFIX
from catvis.networks.torchvision.zoo_plans import PlannedNode, zoo_plan
from catvis.networks.torchvision.zoo_weights import ZOO
from catvis.networks.tracing.lowerings import SUPPORTED
from tools.marked import ROOT, with_part, write

PAGE = ROOT / "docs" / "networks.md"
OPERATIONS = ("<!-- operations: written by `make docs` -->", "<!-- end of operations -->")
FUNCTIONS = ("<!-- functions: written by `make docs` -->", "<!-- end of functions -->")
ARCHITECTURES = ("<!-- architectures: written by `make docs` -->", "<!-- end of architectures -->")
_FAMILY = re.compile(r"(wide_)?[a-z]+(_v\d)?")


def operations() -> str:
    """The table of operations, with how each goes back."""
    rows = [
        f"| {kind.__name__} | {_first_sentences(kind)} | {'by the rule' if kind is ReLU else 'by its derivative'} |"
        for kind in (ReLU, *CARRIERS)
    ]
    return "\n".join(["| operation | what it computes | goes back |", "| --- | --- | --- |", *rows])


def functions() -> str:
    """The table of torch's functions: those that mean one thing in one line, with its conditions."""
    meanings: dict[str, list[str]] = {}
    for name, lowering in SUPPORTED.items():
        meanings.setdefault(_first_sentences(lowering), []).append(name)
    rows = [f"| {', '.join(f'`{name}`' for name in names)} | {text} |" for text, names in meanings.items()]
    return "\n".join(["| function or method | what is taken |", "| --- | --- |", *rows])


def architectures() -> str:
    """The table of torchvision's architectures, by family and nonlinearities."""
    found: dict[tuple[str, str], list[str]] = {}
    for architecture, (weights, *_) in ZOO.items():
        plan = zoo_plan(architecture, (weights.side, weights.side))
        family = _FAMILY.match(architecture)
        if plan is None or family is None:
            raise ValueError(f"nothing was written down of {architecture}: python -m tools.zoo")
        made_of = sorted({one for node in plan.nodes if (one := _nonlinearity(node))}, key=str.lower)
        found.setdefault((family[0], ", ".join(made_of)), []).append(architecture)
    rows = [
        f"| {', '.join(f'`{name}`' for name in names)} | {made_of} |" for (_, made_of), names in found.items()
    ]
    return "\n".join([f"| `{PREFIX}`… | nonlinearities |", "| --- | --- |", *rows])


def page(text: str) -> str:
    """The page with its tables as they should be.

    Raises:
        ValueError: a table's marks are not there, once each and in order.
    """
    for table, marks in ((operations, OPERATIONS), (functions, FUNCTIONS), (architectures, ARCHITECTURES)):
        text = with_part(text, table(), *marks)
    return text


def _first_sentences(documented: object) -> str:
    """The first paragraph of a docstring, in one line."""
    text = (inspect.getdoc(documented) or "").partition("\n\n")[0].replace("\n", " ").replace("``", "`")
    if not text:
        raise ValueError(f"{documented} has no docstring")
    return text


def _nonlinearity(node: PlannedNode) -> str | None:
    if node.kind == "ReLU":
        return "ReLU6" if node.how.get("limit") else "ReLU"
    return str(node.how["name"]) if node.kind == "Pointwise" else None


if __name__ == "__main__":
    write(PAGE, page(PAGE.read_text(encoding="utf-8")))
