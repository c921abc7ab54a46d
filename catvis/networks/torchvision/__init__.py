"""Torchvision's classifiers: what it publishes, its layers by readable names, and its modules as sources."""

PREFIX = "torchvision/"
"""With which the names of its networks begin."""
