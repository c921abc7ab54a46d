"""Kinds of figures, one a file: how each is written, checked, asked for and drawn. `table` lists them."""
