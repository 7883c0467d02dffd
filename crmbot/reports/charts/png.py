"""SVG as PNG, drawn with the bundled font alone, so that it looks the same on every machine."""

import resvg_py

from crmbot.reports.charts.lettering import FONTS

_FILES = [str(FONTS / name) for name in ("Inter-Regular.otf", "Inter-SemiBold.otf")]


def png_of(svg: str, width: int = 800) -> bytes:
    """Return the picture at `width` pixels; characters that the font lacks (Chinese, emoji) are drawn as boxes."""
    return resvg_py.svg_to_bytes(
        svg_string=svg, width=width, skip_system_fonts=True, font_files=_FILES, font_family="Inter"
    )
