"""Forms: what is missing is asked in a window, filled with what is known; wrong values stand at their field."""
