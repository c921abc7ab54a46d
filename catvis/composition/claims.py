"""What the prose relies on, and what of it does not hold."""

from __future__ import annotations

from catvis.composition.scene import Scene
from catvis.drawing.wording import percent
from catvis.post.figures import USUAL_CHILDREN, Claim, Options, TopClaim
from catvis.terms import Unit


def broken_claim(scene: Scene, claim: Claim, options: Options) -> str | None:
    """Say where a claim fails, with what is the case instead; None where it holds.

    Raises:
        UnansweredError: something is still to be computed.
    """
    if isinstance(claim, TopClaim):
        top = scene.top(options.fit, claim.place)
        if top == claim.unit.value:
            return None
        said = _named(scene, claim.unit.value)
        return f"{claim.place}: the claim top: {said} fails: the strongest class is {_named(scene, top)}"
    child = claim.child.value
    parent = scene.resolve(claim.parent, options)
    scene.require_firing(parent.units[0], claim.parent.place, options.fit)
    weights = scene.weights(parent, child.layer, options.edges, options.fit)
    if child.index in weights.strongest(USUAL_CHILDREN):
        return None
    rank = 1 + sum(abs(weight) > abs(weights.values[child.index]) for weight in weights.values)
    ahead = ", ".join(str(Unit(child.layer, index)) for index in weights.strongest(USUAL_CHILDREN))
    return (
        f"{claim.place}: the claim child: {parent.then(child)} fails: {child} is number {rank} "
        f"with {percent(weights.share(child.index))}, behind {ahead}"
    )


def _named(scene: Scene, unit: Unit) -> str:
    label = scene.card.label(unit)
    return f"{unit} ({label})" if label else str(unit)
