"""Processes that are timed as users have them."""

import os

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Python may keep what it has compiled, as it does by default."""
