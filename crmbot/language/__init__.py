"""Text people type, turned into requests."""
