"""From torch's calls to operations: what a traced network does, in this project's words."""
