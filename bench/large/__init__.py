"""Workspaces of any size for measuring reports, and the same reports written by hand."""
