"""Unexpected errors in the log: where they happened, never what people typed."""

import logging
import secrets
import traceback
from pathlib import Path

_logger = logging.getLogger(__name__)
_FRAMES = 6


def record_incident(error: BaseException, doing: str) -> str:
    """Log an unexpected error by its type and place, and return the number that finds it.

    The error's text stays out: a database's error holds the values it was given.
    """
    incident = secrets.token_hex(3)
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    _logger.error("incident %s while %s: %s at %s", incident, doing, type(error).__name__, places)
    return incident
