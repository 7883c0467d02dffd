"""Where crmbot's own files are: templates and the example config, in a checkout and in an installed wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
_IN_WHEEL = PACKAGE / "_templates"

TEMPLATES = _IN_WHEEL if _IN_WHEEL.is_dir() else PACKAGE.parent / "templates"
"""The folder of templates/."""

EXAMPLE_CONFIG = TEMPLATES / "config.example.toml" if _IN_WHEEL.is_dir() else PACKAGE.parent / "config.example.toml"
"""The file that `crmbot init` starts a config from."""

MIGRATIONS = PACKAGE / "migrations"
"""Alembic's folder."""
