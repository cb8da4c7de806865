"""Who wins and who loses: a few sentences, gains and losses by group, and which part goes to whom."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from access.comparison_cutoffs import AtCutoff, at_cutoffs
from access.comparison_ratios import TOO_LITTLE
from access.comparison_reader import ScenarioRead
from access.comparison_sizes import sizes_of
from access.report_findings import area_name, period_label, service_label
from access.report_numbers import OUTSIDE_MARK
from access.report_rights_words import right_label
from access.report_scenario_numbers import (
    count_figure,
    elided,
    group_words,
    interval_words,
    is_hidden,
    mean_words,
    reason_words,
    scenario_table,
    signed_figure,
    value_of,
)
from access.report_section import Section, joined, some
from access.report_small import fewest_shown
from access.report_tables import Table
from access.texts import Texts

Row = Mapping[Any, Any]
_STATES = ("gaining", "losing", "within_noise", "unchanged")


def access_rows(scenario: ScenarioRead) -> dict[str, Row]:
    """Rows of who gains and loses access at the headline, by group in the order of the table."""
    frame = scenario.headline(scenario.winners)
    frame = frame[frame["measure"] == "access"] if "measure" in frame.columns else frame
    return {str(row["group"]): row for row in frame.to_dict("records")}


def words_at(scenario: ScenarioRead, texts: Texts) -> dict[str, Any]:
    """Words of the headline that the sentences use."""
    run = scenario.run
    return {
        "service": service_label(run, run.headline.service, texts),
        "cutoff": run.headline.cutoff_min,
        "period": period_label(run, run.headline.period, texts),
        "place": area_name(run, texts),
    }


def winner_sentences(scenario: ScenarioRead, texts: Texts) -> tuple[str, ...]:
    """Say who gains and loses access, how rich and poor share it at each cutoff, and who a right."""
    rows = access_rows(scenario)
    everybody = rows.get("all")
    if everybody is None or not value_of(everybody, "residents") > 0:
        return (texts("scenario.no_headline", **words_at(scenario, texts)),)
    told = (
        _gain_and_lose(scenario, everybody, texts),
        _rich_and_poor(scenario, rows, texts),
        _other_cutoffs(scenario, texts),
        _rights(scenario, texts),
    )
    return tuple(elided(sentence, texts) for sentence in told if sentence)


def short_section(scenario: ScenarioRead, texts: Texts) -> Section:
    """Who wins and who loses in a few sentences, and what must be known to read them."""
    sentences = winner_sentences(scenario, texts)
    notes = []
    moved = int(scenario.entry.get("joints_moved") or 0)
    if moved and adds_residents(scenario):
        notes.append(texts.plural("scenario.joints_moved", moved))
    if any(OUTSIDE_MARK in sentence for sentence in sentences):
        notes.append(texts("scenario.mark_note"))
    return Section("in_short", sentences, notes=tuple(notes))


def adds_residents(scenario: ScenarioRead) -> bool:
    """Say whether the scenario brings residents that the base does not have."""
    return float((scenario.entry.get("added") or {}).get("population") or 0) > 0


def _other_cutoffs(scenario: ScenarioRead, texts: Texts) -> str:
    """Say the share of the poorest 40 % and the mean change at every cutoff; nothing where there is one."""
    found = at_cutoffs(scenario.winners, scenario.benefit, scenario.run.headline._asdict())
    if len(found) < 2:
        return ""
    cutoffs = joined((texts.number(each.cutoff_min) for each in found), texts)
    changes = ", ".join(_mean_words(each, scenario, texts) for each in found)
    if "poorest40" not in access_rows(scenario):
        return texts("scenario.at_cutoffs_mean", cutoffs=cutoffs, changes=changes)
    both_ways = len({each.direction for each in found if each.direction}) > 1
    shares = ", ".join(_share_at(each, texts, both_ways=both_ways) for each in found)
    return texts("scenario.at_cutoffs", cutoffs=cutoffs, shares=shares, changes=changes)


def _share_at(each: AtCutoff, texts: Texts, *, both_ways: bool) -> str:
    if math.isnan(each.share):
        return texts("scenario.not_given")
    words = texts.percent(1.0).replace("100", texts.number(100 * each.share))
    return f"{words} {texts(f'scenario.of_{each.direction}')}" if both_ways else words


def _mean_words(each: AtCutoff, scenario: ScenarioRead, texts: Texts) -> str:
    words = signed_figure(each.mean_change, scenario.run.headline.service, texts)
    return texts("scenario.mean_by_chance", change=words) if each.by_chance else words


def _gain_and_lose(scenario: ScenarioRead, row: Row, texts: Texts) -> str:
    known = value_of(row, "residents") - or_zero(value_of(row, "residents_no_data"))
    counts = {name: value_of(row, f"residents_{name}") for name in _STATES}
    words = words_at(scenario, texts) | {"residents": texts.plural("residents", known)}
    if counts["gaining"] == 0 and counts["losing"] == 0:
        none_at_all = counts["within_noise"] == 0
        return texts("scenario.nobody" if none_at_all else "scenario.nobody_beyond_noise", **words)
    words |= {name: _share(value, known, texts) for name, value in counts.items()}
    for name, state in (("gaining", "gain"), ("losing", "loss")):
        if counts[name] > 0:
            words[name] = _share(counts[name], known, texts, _sizes(scenario, state, texts))
    return texts("scenario.winners" if scenario.quantified else "scenario.winners_by_sign", **words)


def _sizes(scenario: ScenarioRead, state: str, texts: Texts) -> str:
    """Say of those who gain or lose how many do so by much, and how many by little; empty where few do."""
    sizes = sizes_of(scenario.run.cells, state, fewest_shown(scenario.run))
    if math.isnan(sizes.tenth_or_more):
        return ""
    large, small = texts.number(sizes.tenth_or_more), texts.number(sizes.under_2_percent)
    return texts("scenario.sizes", large=large, small=small)


def _share(value: float, known: float, texts: Texts, sizes: str = "") -> str:
    """Residents and their share of those known: "1,200 (4.1%)"."""
    if math.isnan(value):
        return texts("range.suppressed")
    if value == 0 or not known > 0:
        return texts.number(value)
    share = f"{texts.percent(value / known)}{sizes}"
    return texts("table.mean_and_share", mean=texts.number(value), share=share)


def _rich_and_poor(scenario: ScenarioRead, rows: Mapping[str, Row], texts: Texts) -> str:
    poor, rich = rows.get("poorest40"), rows.get("richest10")
    if poor is None or rich is None:
        return texts("scenario.no_incomes")
    words = words_at(scenario, texts)
    for name, row in (("poor", poor), ("rich", rich)):
        words[name] = mean_words(row, texts)
        words[f"{name}_range"] = interval_words(row, texts)
    quantified = not math.isnan(value_of(poor, "low"))
    sentence = texts("scenario.rich_and_poor" if quantified else "scenario.rich_and_poor_bare", **words)
    return f"{sentence} {_share_sentence(scenario, texts)}".strip()


def _share_sentence(scenario: ScenarioRead, texts: Texts) -> str:
    frame = scenario.headline(scenario.benefit)
    found = frame[(frame["measure"] == "share") & (frame["group"] == "poorest40")].to_dict("records")
    if not found:
        return ""
    row = found[0]
    if math.isnan(value_of(row, "value")):
        return texts("scenario.share_withheld", reason=reason_words(row, texts))
    key = "scenario.share_of_gain" if row.get("direction") == "gain" else "scenario.share_of_loss"
    return texts(key, share=texts.percent(value_of(row, "value")))


def _rights(scenario: ScenarioRead, texts: Texts) -> str:
    rows = [row for row in scenario.rights.to_dict("records") if row["group"] == "all"]
    if not rows:
        return texts("page.no_rights")
    moved = [row for row in rows if moves(row)]
    if not moved:
        return texts("scenario.no_right_moves", n=texts.number(len(rows)))
    parts = [texts.plural("scenario.rights_move", len(moved), of=texts.number(len(rows)))]
    for column, key in (("gaining", "scenario.right_gained"), ("losing", "scenario.right_lost")):
        most = max(moved, key=lambda row: or_zero(value_of(row, column)))
        if or_zero(value_of(most, column)) > 0:
            right = right_label(scenario.run, str(most["right"]), texts)
            parts.append(texts(key, right=right, residents=texts.plural("residents", value_of(most, column))))
        else:
            few = any(is_hidden(row) and math.isnan(value_of(row, column)) for row in moved)
            parts.append(texts(f"{key}_{'few' if few else 'none'}"))
    return " ".join(parts)


def moves(row: Row) -> bool:
    """Say whether anybody gains or loses this right, also where they are too few to be counted here."""
    if is_hidden(row) and (math.isnan(value_of(row, "gaining")) or math.isnan(value_of(row, "losing"))):
        return True
    return or_zero(value_of(row, "gaining")) > 0 or or_zero(value_of(row, "losing")) > 0


def winners_section(scenario: ScenarioRead, texts: Texts) -> Section:
    """Gains and losses separately, by tenth of income and by group."""
    table = group_table(scenario, texts)
    if table is None:
        return Section("groups", absent=texts("scenario.no_headline", **words_at(scenario, texts)))
    tables = some(table, benefit_table(scenario, texts))
    notes = [texts("scenario.groups_note"), texts("scenario.sums_note"), texts("groups.places")]
    if not scenario.quantified:
        notes.append(texts("scenario.noise_not_quantified"))
    return Section("groups", (), tables, tuple(notes))


def group_table(scenario: ScenarioRead, texts: Texts) -> Table | None:
    """One row a group: residents by what happens to them, gain and loss per resident, mean change."""
    rows = []
    for group, row in access_rows(scenario).items():
        gain, loss = per_resident(row)
        rows.append(
            (
                texts.capital(group_words(group, texts)),
                count_figure(row, "residents", texts),
                *(count_figure(row, f"residents_{name}", texts) for name in (*_STATES, "no_data")),
                _amount(gain, row, texts),
                _amount(loss, row, texts),
                mean_words(row, texts),
                interval_words(row, texts),
            )
        )
    keys = ("group", "residents", *_STATES, "no_data", "gain", "loss",
            "mean_change", "interval")  # fmt: skip
    caption = texts("scenario.groups_caption", **words_at(scenario, texts))
    return scenario_table(texts, caption, keys, rows)


def per_resident(row: Row) -> tuple[float, float]:
    """Gains and losses of a group, each spread over all its residents with data; NaN where not shown."""
    known = value_of(row, "residents") - or_zero(value_of(row, "residents_no_data"))
    if not known > 0:
        return math.nan, math.nan
    return value_of(row, "gain") / known, value_of(row, "loss") / known


def _amount(value: float, row: Row, texts: Texts) -> str:
    return texts("range.suppressed") if math.isnan(value) and is_hidden(row) else texts.amount(value)


def benefit_table(scenario: ScenarioRead, texts: Texts) -> Table | None:
    """Share of the change going to the poorest 40 %, and ratios of groups' changes; or why not given."""
    rows = []
    for row in scenario.headline(scenario.benefit).to_dict("records"):
        key = f"scenario.benefit_{row['measure']}"
        label = texts(
            key, group=group_words(str(row["group"]), texts), against=group_words(str(row["against"]), texts)
        )
        value = value_of(row, "value")
        shown = texts.percent(value) if row["measure"] == "share" else _two_digits(value, texts)
        direction = str(row.get("direction") or "")
        words = texts(f"scenario.of_{direction}") if direction in ("gain", "loss") else texts("range.none")
        rows.append(
            (
                texts.capital(label),
                texts("scenario.not_given") if math.isnan(value) else shown,
                words,
                _reason(row, texts) or texts("range.none"),
            )
        )
    keys = ("benefit", "value", "direction", "reason")
    return scenario_table(
        texts, texts("scenario.benefit_caption"), keys, rows, note=texts("scenario.benefit_note"),
        word_columns=(2, 3),
    )  # fmt: skip


def _two_digits(value: float, texts: Texts) -> str:
    """Write a ratio of two changes with two significant digits; neither change is known better."""
    if not math.isfinite(value) or value == 0:
        return texts.number(value)
    decimals = 1 - math.floor(math.log10(abs(value)))
    return texts.number(round(value, decimals), max(0, decimals))


def _reason(row: Row, texts: Texts) -> str:
    """Say why a ratio is not given; one by a group that hardly changes names the group."""
    if row.get("note") != TOO_LITTLE:
        return reason_words(row, texts)
    key = f"scenario.too_little.{row['against']}"
    return texts(key if texts.has(key) else "scenario.too_little.all")


def or_zero(value: float) -> float:
    """Return the number, 0 where there is none."""
    return 0.0 if math.isnan(value) else value
