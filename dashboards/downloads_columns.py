"""Names of the columns of cells in a file for a spreadsheet."""

from __future__ import annotations

from access.report_data import Run
from access.report_rights_words import catalogue_label, entries_of, right_label
from dashboards.words import Words

#: Columns of cells that have a name in both languages.
_COLUMNS = (
    "id", "lon", "lat", "zone", "residents", "population", "value", "class", "income_decile", "access",
    "placed_at", "snap", "snap_m", "zone_id", "zone_share_of_draws",
)  # fmt: skip
_LACKING, _MIX, _IN_WORDS = "rights_lacking_", "mix_of_reach_people_", "_words"


def column_words(name: str, run: Run, words: Words) -> str:
    """Name of a column of cells in the language of the file; one that no text knows keeps its own.

    The GeoPackage keeps the names of the run, which programs know.
    """
    if name in _COLUMNS:
        return words(f"downloads.column.{name}")
    if name.startswith(_LACKING):
        catalogue, end = name.removeprefix(_LACKING), ""
        if catalogue.endswith(_IN_WORDS):
            catalogue, end = catalogue.removesuffix(_IN_WORDS), words("downloads.in_words")
        label = catalogue_label(run, catalogue, words.texts)
        return words("downloads.rights_lacking", catalogue=label) + end
    if name.startswith(_MIX):
        kernel = name.removeprefix(_MIX)
        return words("downloads.mix", kernel=words(f"segregation.kernel.{kernel}"))
    right = name.removesuffix(_IN_WORDS)
    if any(entry.get("name") == right for entry in entries_of(run)):
        end = words("downloads.in_words") if right != name else ""
        return words.texts.capital(right_label(run, right, words.texts)) + end
    return name
