"""Any figure: from what was written to what is drawn."""

from __future__ import annotations

from catvis.composition.rows import compare_row, input_row, maximize_row, rules_row, units_row
from catvis.composition.scene import Scene
from catvis.composition.tiles import written_caption
from catvis.composition.trees import tree
from catvis.drawing import figure as drawn
from catvis.post.figures import (
    CompareFigure,
    DiagramFigure,
    Figure,
    MaximizeFigure,
    PictureFigure,
    RulesFigure,
    TreeFigure,
    UnitsFigure,
)


def compose(figure: Figure, scenes: tuple[Scene, ...]) -> drawn.Figure:
    """Compose a figure from answers.

    Args:
        figure: what was written.
        scenes: its network with each of its pictures: two for a comparison, none for a diagram.

    Raises:
        ContentError: what the figure asks for is not there, such as a unit that does not fire.
        UnansweredError: something is still to be computed.
    """
    match figure:
        case DiagramFigure():
            layers = " to ".join(map(str, figure.sizes))
            alt = f"A fully connected network with layers of {layers} units."
            return drawn.Diagram(figure.name, alt, figure.sizes, written_caption(figure))
        case TreeFigure():
            return tree(scenes[0], figure)
        case UnitsFigure():
            return units_row(scenes[0], figure)
        case RulesFigure():
            return rules_row(scenes[0], figure)
        case PictureFigure():
            return input_row(scenes[0], figure)
        case CompareFigure():
            return compare_row((scenes[0], scenes[1]), figure)
        case MaximizeFigure():
            return maximize_row(scenes[0], figure)
