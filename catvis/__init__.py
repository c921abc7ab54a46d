"""catvis: what single units of a ConvNet look for, computed and published as a page."""

__version__ = "0.1.0"
