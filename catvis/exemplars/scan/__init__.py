"""Running a network over a collection: in this process with decoders beside it, or on a cluster."""
