"""Charts: the only place that knows plotext. Numbers in, painted lines out."""
