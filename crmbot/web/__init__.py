"""The HTTP surface: the only place that knows the web framework."""
