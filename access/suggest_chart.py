"""Share of the gap that each line of the list closes, with its interval, as bars in SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from access.report import environment

_WIDTH, _LABEL_WIDTH, _VALUE_WIDTH = 760.0, 60.0, 90.0
_TOP, _ROW = 8.0, 30.0

_SVG = """<figure>
<figcaption>{{ title }}</figcaption>
<svg viewBox="0 0 {{ width }} {{ height }}" role="img" style="max-width:52rem" aria-label="{{ title }}"
 font-family="inherit">
{% for bar in bars %}
<rect x="{{ left }}" y="{{ bar.y }}" width="{{ bar.width }}" height="18" fill="{{ bar.colour }}"/>
{% if bar.low_x is not none %}
<path d="M{{ bar.low_x }} {{ bar.y + 9 }}H{{ bar.high_x }}M{{ bar.low_x }} {{ bar.y + 4 }}v10
 M{{ bar.high_x }} {{ bar.y + 4 }}v10"
 stroke="#1a1a1a" stroke-width="1.8" fill="none"/>
{% endif %}
<g font-size="14" fill="#1a1a1a">
<text x="{{ left - 8 }}" y="{{ bar.y + 14 }}" text-anchor="end">{{ bar.label }}</text>
<text x="{{ bar.end_x + 8 }}" y="{{ bar.y + 14 }}">{{ bar.value }}</text>
</g>
{% endfor %}
<line x1="{{ left }}" x2="{{ left }}" y1="2" y2="{{ height - 2 }}" stroke="#1a1a1a" stroke-width="1.5"/>
</svg>
</figure>
"""


class Closed(NamedTuple):
    """What one line closes: shares of the gap; NaN ends where the interval is not quantified."""

    label: str
    share: float
    low: float
    high: float
    value: str  # the share in words
    small: bool = False


class _Bar(NamedTuple):
    y: float
    label: str
    width: float
    low_x: float | None
    high_x: float | None
    end_x: float  # where its value stands
    value: str
    colour: str


def closed_chart(lines: Sequence[Closed], title: str) -> Markup | str:
    """Return the bars; empty where no share is known."""
    known = [line for line in lines if math.isfinite(line.share) and line.share > 0]
    if not known:
        return ""
    largest = max(max(line.share, _or(line.high, 0.0)) for line in known)
    unit = (_WIDTH - _LABEL_WIDTH - _VALUE_WIDTH) / largest
    bars = [_bar(place, line, unit) for place, line in enumerate(known)]
    svg = environment().from_string(_SVG)
    height = 2 * _TOP + _ROW * len(bars)
    return Markup(svg.render(title=title, bars=bars, width=_WIDTH, height=height, left=_LABEL_WIDTH))  # noqa: S704 - escaped by the template


def _bar(place: int, line: Closed, unit: float) -> _Bar:
    has_interval = math.isfinite(line.low) and math.isfinite(line.high)
    low_x, high_x = (
        _LABEL_WIDTH + unit * max(end, 0.0) if has_interval else None for end in (line.low, line.high)
    )
    return _Bar(
        y=_TOP + _ROW * place,
        label=line.label,
        width=round(unit * line.share, 1),
        low_x=None if low_x is None else round(low_x, 1),
        high_x=None if high_x is None else round(high_x, 1),
        end_x=round(_LABEL_WIDTH + unit * max(line.share, _or(line.high, 0.0)), 1),
        value=line.value,
        colour="#a3c4de" if line.small else "#31688e",
    )


def _or(value: float, otherwise: float) -> float:
    return value if math.isfinite(value) else otherwise
