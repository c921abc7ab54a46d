"""Document, pictures and templates → HTML: the only place that knows Jinja2."""
