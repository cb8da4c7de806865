"""Rows of routes.txt for lines that a scenario adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from gtfs.edit_texts import Text
from gtfs.new_stops import slug

if TYPE_CHECKING:
    from gtfs.draft import Draft

LONGEST_SHORT_NAME = 12
"""Characters of route_short_name, as the GTFS reference advises."""

_DEFAULT_NAME = "new"
_LIGHT = 140
"""Brightness (0 to 255) from which black text is read better than white."""


def new_route(draft: Draft, name: str, route_type: int, color: str | None) -> tuple[str, list[Text]]:
    """Add a route; return its id and warnings.

    Parameters
    ----------
    draft : is changed.
    name : short name; a long one becomes the long name; none becomes "new".
    route_type : of routes.txt.
    color : RRGGBB, with or without ``#``.
    """
    name = name.strip() or _DEFAULT_NAME
    route_id = draft.new_id("routes", f"new-{slug(name)}" if name != _DEFAULT_NAME else "new-line")
    column = "route_short_name" if len(name) <= LONGEST_SHORT_NAME else "route_long_name"
    row: dict[str, Any] = {"route_id": route_id, "route_type": route_type, column: name}
    agency = _agency(draft)
    if agency is not None:
        row["agency_id"] = agency
    if color is not None:
        color = color.lstrip("#").upper()
        row |= {
            "route_color": color,
            "route_text_color": "000000" if _brightness(color) >= _LIGHT else "FFFFFF",
        }
    warnings = _same_name(draft, name)
    draft.append("routes", pd.DataFrame([row]))
    return route_id, warnings


def _agency(draft: Draft) -> str | None:
    """Agency with most routes (on ties the first of routes.txt), else the first of agency.txt, else none."""
    if "agency_id" in draft.routes.columns:
        used = draft.routes["agency_id"].dropna()
        if len(used):
            return str(used.groupby(used, sort=False).size().idxmax())
    agency = draft.tables["agency"]
    if agency is None or "agency_id" not in agency.columns or agency["agency_id"].isna().all():
        return None
    return str(agency["agency_id"].dropna().iloc[0])


def _brightness(color: str) -> float:
    """Perceived brightness of a colour (weights of ITU-R BT.601)."""
    red, green, blue = (int(color[at : at + 2], 16) for at in (0, 2, 4))
    return 0.299 * red + 0.587 * green + 0.114 * blue


def _same_name(draft: Draft, name: str) -> list[Text]:
    for column in ("route_short_name", "route_long_name"):
        if column not in draft.routes.columns:
            continue
        same = draft.routes.loc[(draft.routes[column] == name).fillna(False), "route_id"].tolist()
        if same:
            return [{
                "en": f"route {same[0]!r} is called {name!r} too; if it is meant, give route",
                "fr": f"la ligne {same[0]!r} s'appelle aussi {name!r} ; si c'est elle, donnez route",
            }]  # fmt: skip
    return []
