"""What the commands of ``python -m catvis`` do; each is imported only when it is called."""
