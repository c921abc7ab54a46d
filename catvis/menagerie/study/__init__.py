"""Training on the drawn world and measuring in it, above everything but the commands that start it."""
