"""The Python interface: a network, a look at a picture, and what can be asked of it; the commands use it, too."""
