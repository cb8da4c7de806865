"""Why a number moved, in lines in English or French."""

from __future__ import annotations

from datetime import date

from access.attribution import Attribution, Key
from access.attribution_zones import ZONE_RESIDENTS
from access.indicator_registry import registry
from access.observatory_read import KEY
from access.texts import Texts


def attribution_lines(found: Attribution, days: tuple[date, date], name: str, texts: Texts) -> list[str]:
    """Return what is known of one change.

    Parameters
    ----------
    days : tuple of date
        Observed days of the snapshots before and after.
    name : str
        What the number is, in the language.
    """
    before, after = found.before, found.after
    change = None if before is None or after is None else after - before
    lines = [
        texts(
            "history.why.head",
            indicator=name,
            before=amount(before, texts),
            after=amount(after, texts),
            from_day=texts.day(days[0]),
            to_day=texts.day(days[1]),
            change=signed(change, texts),
        )
    ]
    if found.residual is None:
        return [*lines, "  " + texts("history.why.no_data")]
    if not found.parts:
        lines.append("  " + texts("history.why.nothing"))
    for player, part in sorted(found.parts.items(), key=lambda item: -abs(item[1])):
        words = {"input": texts(f"history.why.input.{player}"), "part": signed(part, texts)}
        share = found.shares.get(player)
        if share is None:
            lines.append("  " + texts("history.why.part_only", **words))
        else:
            lines.append("  " + texts("history.why.part", share=signed_percent(share, texts), **words))
    return [*lines, "  " + texts("history.why.residual", part=signed(found.residual, texts))]


def name_of(key: Key, language: str) -> str:
    """Return what a number is: the title of its indicator, and what tells it apart as the store names it."""
    if key[0] == ZONE_RESIDENTS:
        return Texts(language)("history.why.zone")
    known = registry().get(str(key[0]))
    title = known.title.of(language) if known is not None else str(key[0])
    told = dict(zip(KEY, key, strict=True))
    parts = [f"{told['cutoff_min']} min" if name == "cutoff_min" else str(told[name])
             for name in KEY[1:] if told[name] is not None]  # fmt: skip
    return f"{title} ({', '.join(parts)})" if parts else title


def amount(value: float | None, texts: Texts) -> str:
    """Write a number with four digits that say something."""
    if value is None or value == 0 or abs(value) >= 1_000:
        return texts.number(value)
    return texts.number(value, 1 if abs(value) >= 100 else 3 if abs(value) >= 1 else 4)


def signed(value: float | None, texts: Texts) -> str:
    """Write a change with its sign; what rounding leaves of nothing is 0."""
    if value is None or abs(value) < 1e-9:
        return texts.number(None if value is None else 0)
    return ("+" if value > 0 else "") + amount(value, texts)


def signed_percent(share: float, texts: Texts) -> str:
    """Write a share with its sign, in whole percent."""
    sign = "" if share < 0 or round(100 * share) == 0 else "+"
    return sign + texts.percent(round(share, 2))
