"""Why a number moved, in lines in English or French."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date

from access.attribution import Attribution, Key
from access.attribution_zones import ZONE_RESIDENTS
from access.indicator_registry import registry
from access.observatory_read import KEY
from access.observatory_store import Store
from access.report_section import group_label
from access.texts import Texts
from access.warning_words import decimals_of, name_in, whole_percent

Labels = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Labels of services, rights and periods, as ``access.warning_history.History.names``."""

#: Lists of a manifest whose names stand in the column ``standard``, each with a label.
_STANDARDS = ("sufficiency", "modes", "rights_catalogues", "rights")


def attribution_lines(found: Attribution, days: tuple[date, date], name: str, texts: Texts) -> list[str]:
    """Return what is known of one change: what moved, then a line for each cause, indented.

    Parameters
    ----------
    days : tuple of date
        Observed days of the snapshots before and after.
    name : str
        What the number is, in the language.
    """
    before, after = found.before, found.after
    decimals = decimals_of_change(found)
    change = None if before is None or after is None else after - before
    lines = [
        texts(
            "history.why.head",
            indicator=texts.capital(name),
            before=texts.number(before, decimals),
            after=texts.number(after, decimals),
            from_day=texts.day(days[0]),
            to_day=texts.day(days[1]),
            change=signed(change, texts, decimals),
        )
    ]
    if found.residual is None:
        return [*lines, "  " + texts("history.why.no_data")]
    if not found.parts:
        lines.append("  " + texts("history.why.nothing"))
    for player, part in sorted(found.parts.items(), key=lambda item: -abs(item[1])):
        words = {"input": texts(f"history.why.input.{player}"), "part": signed(part, texts, decimals)}
        share = found.shares.get(player)
        if share is None:
            lines.append("  " + texts("history.why.part_only", **words))
        else:
            lines.append("  " + texts("history.why.part", share=signed_percent(share, texts), **words))
    return [*lines, "  " + texts("history.why.residual", part=signed(found.residual, texts, decimals))]


def name_of(key: Key, language: str, labels: Labels | None = None) -> str:
    """Return what a number is, in the words of the warnings; a short name where there is no label."""
    texts, given = Texts(language), labels or {}
    told = dict(zip(KEY, key, strict=True))
    if told["indicator"] == ZONE_RESIDENTS:
        return texts("history.why.zone")
    known = registry().get(str(told["indicator"]))
    title = known.title.of(language) if known is not None else str(told["indicator"]).replace("_", " ")
    if standard := told["standard"]:
        title += " – " + _standard(str(standard), given, texts)
    parts = ", ".join(_details(told, given, texts))
    return f"{title} ({parts})" if parts else title


def labels_of(store: Store, snapshot: str) -> Labels:
    """Return the labels of a snapshot, from its manifest and periods."""
    text = store.rows("snapshot", ["manifest_json"], snapshot=snapshot)["manifest_json"].iloc[0]
    manifest = json.loads(text or "{}")
    periods = store.rows("period", ["period", "name_en", "name_fr"], snapshot=snapshot)

    def labelled(name: str) -> dict[str, Mapping[str, str]]:
        listed = manifest.get(name) or ()
        return {entry["name"]: entry["label"] for entry in listed if entry.get("label")}

    return {
        "period": {
            str(row["period"]): {"en": str(row["name_en"]), "fr": str(row["name_fr"])}
            for row in periods.to_dict("records")
        },
        "service": labelled("services"),
        "right": {name: label for each in _STANDARDS for name, label in labelled(each).items()},
    }


def _details(told: Mapping[str, object], labels: Labels, texts: Texts) -> Iterator[str]:
    """Yield what tells a number from others: whose it is, of what, within how long, when."""
    if told["group"] is not None:
        group = group_label(str(told["group"]), texts)
        yield group[:1].lower() + group[1:]
    # The name of a right says which places within how long.
    if not told["standard"]:
        service, minutes = told["service"], told["cutoff_min"]
        place = [name_in(labels, "service", str(service), texts)] if service is not None else []
        if minutes is not None:
            place.append(texts("history.why.within", n=minutes))
        if place:
            yield " ".join(place)
    if told["period"] is not None:
        yield name_in(labels, "period", str(told["period"]), texts)


def _standard(name: str, labels: Labels, texts: Texts) -> str:
    if name not in labels.get("right", {}) and texts.has(f"supply_standard.{name}"):
        return texts(f"supply_standard.{name}")
    return name_in(labels, "right", name, texts)


def decimals_of_change(found: Attribution) -> int:
    """Return with how many decimals a change and its causes are told: as in the sentence of the alert."""
    return 0 if found.key[0] == ZONE_RESIDENTS else decimals_of(found.before, found.after, str(found.key[0]))


def signed(value: float | None, texts: Texts, decimals: int) -> str:
    """Write a change with its sign; what rounding leaves of nothing is 0."""
    if value is None:
        return texts.number(None)
    if round(value, decimals) == 0:
        return texts.number(0)
    return ("+" if value > 0 else "") + texts.number(value, decimals)


def signed_percent(share: float, texts: Texts) -> str:
    """Write a share with its sign, in whole percent."""
    percent = round(100 * share)
    return ("+" if percent > 0 else "") + whole_percent(percent / 100, texts)
