"""Files of weights: where they lie, how they are fetched, and how tensors are read from them."""
