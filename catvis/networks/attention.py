"""Why a network of attention has no way back here, in the words of every message that says so."""

REFUSAL = "attention is not carried back"
HINT = (
    "it would take softmaxes and products between all pairs of places, and units that are tokens instead of maps;"
    " of convolutions, and as accurate: torchvision/convnext_tiny"
)
