"""A post, read: its Markdown, its figures, its site, checked as far as that goes without a network."""
