"""The embedded network and the pictures that it was trained on, in three rooms.

`world` draws pictures whose every part is known; `study` trains on them and measures what came of it; `shipped`
holds the weights and the names of units, which `catvis.networks` reads.
"""
