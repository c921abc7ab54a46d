"""The drawn world: pictures whose every part is known, and the embedded network that was trained on them."""
