"""From anybody's torch module to a graph of operations: what a forward pass does, in this project's words."""
