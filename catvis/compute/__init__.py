"""Answers to jobs: from the cache, or from a network that is opened only for what is missing."""
