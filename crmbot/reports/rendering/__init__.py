"""Computed reports as text: the JSON envelope, CSV and a terminal table; nothing is computed here."""
