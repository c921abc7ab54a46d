"""Architectures as tables of steps, which know no torch, and the graphs that weights make of them."""
