"""Forwards and replies: the words clients write around a quoted message, and reading it back."""
