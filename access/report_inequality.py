"""Section on inequality: the indices with their ranges, and the Lorenz and concentration curves."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.indicator_registry import registry
from access.report_claims import side_of
from access.report_data import Run
from access.report_findings import period_label, service_label
from access.report_numbers import Number, range_words, sure_words, value_words, with_range
from access.report_section import Section, reasons_of, some, table_of
from access.report_tables import Table
from access.texts import Texts

INDICES = (
    "ratio_richest10_poorest40", "ratio_decile10_decile1", "difference_decile10_decile1", "gini",
    "concentration_index", "theil_between_share",
)  # fmt: skip
#: What an index is compared with, and the words for what lies above and below: each claim is of its index.
SIDES = {
    "ratio_richest10_poorest40": (1.0, "palma"),
    "ratio_decile10_decile1": (1.0, "tenths"),
    "difference_decile10_decile1": (0.0, "tenths"),
    "concentration_index": (0.0, "leaning"),
}
CURVES = ("lorenz", "concentration")
N_POINTS = 101
_TENTHS = np.linspace(0.1, 1.0, 10)
_SIZE, _LEFT, _BOTTOM, _TOP = 460.0, 62.0, 58.0, 14.0


class Line(NamedTuple):
    """One curve of the drawing, with its name and look."""

    kind: str
    label: str
    path: str
    colour: str
    dashes: str


class Tick(NamedTuple):
    """A mark of both axes: its places and its text."""

    x: float
    y: float
    label: str


class CurveChart(NamedTuple):
    """Curves of cumulative shares in SVG units, y downwards; the diagonal is equality."""

    size: float
    left: float
    right: float
    top: float
    bottom: float
    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]


def inequality_section(run: Run, texts: Texts) -> Section:
    """Indices of every service in the period and cutoff of the headline, and the curves' tables."""
    numbers = list(_index_numbers(run))
    curves = curve_table(run, texts)
    if not numbers and curves is None:
        return Section("inequality", absent=texts("page.no_inequality"))
    sentences = (*_index_sentences(run, texts), *_curve_sentences(run, texts))
    titles = {name: registry()[name].title.of("en") for name in INDICES}
    return Section(
        "inequality",
        tuple(texts.capital(sentence) for sentence in sentences),
        some(index_table(run, texts), curves, other_services_table(run, texts)),
        (texts("inequality.places"),),
        reasons_of(numbers, titles),
    )


def index_table(run: Run, texts: Texts) -> Table | None:
    """Every index of the headline's service, with its range and the residents covered."""
    rows = (
        (
            texts.capital(service_label(run, number.service, texts)),
            registry()[number.indicator].title.of(texts.language),
            value_words(number, texts),
            range_words(number, texts),
            texts.number(number.covered_population),
        )
        for number in _index_numbers(run)
        if number.service == run.headline.service
    )
    _, cutoff_min, period = run.headline
    caption = texts("table.inequality_caption", cutoff=cutoff_min, period=period_label(run, period, texts))
    keys = ("service", "index", "value", "range", "covered")
    return table_of(texts, caption, keys, rows, 2, texts("table.range_note"), word_columns=(3,))


def other_services_table(run: Run, texts: Texts) -> Table | None:
    """The indices of all other services, each with its range: one row a service."""
    of_service: dict[str, dict[str, Number]] = {}
    for number in _index_numbers(run):
        if number.service != run.headline.service:
            of_service.setdefault(number.service, {})[number.indicator] = number
    if not of_service:
        return None
    rows = tuple(
        (
            texts.capital(service_label(run, service, texts)),
            *(with_range(numbers.get(name), texts) for name in INDICES),
        )
        for service, numbers in of_service.items()
    )
    titles = (registry()[name].title.of(texts.language) for name in INDICES)
    return Table(texts("table.other_services_caption"), (texts("table.service"), *titles), rows)


def _index_numbers(run: Run) -> Iterator[Number]:
    for service in run.services:
        for name in INDICES:
            yield from run.numbers.of(
                name,
                service=str(service["name"]),
                period=run.headline.period,
                cutoff_min=run.headline.cutoff_min,
                group="all",
            )


def _index_sentences(run: Run, texts: Texts) -> Iterator[str]:
    """One sentence an index of the headline service: what it means, for whom, how sure."""
    service, cutoff_min, period = run.headline
    for name in INDICES:
        number = run.numbers.one(name, service=service, period=period, cutoff_min=cutoff_min, group="all")
        if number is None:
            continue
        words = {
            "service": service_label(run, service, texts),
            "cutoff": cutoff_min,
            "value": value_words(number, texts),
            "covered": texts.number(number.covered_population),
        }
        if math.isnan(number.value):
            title = registry()[name].title.of(texts.language)
            yield texts("inequality.no_value", index=title, value=words["value"])
            continue
        sentence = texts(f"inequality.{name}", **words)
        yield f"{sentence} {texts.capital(sure_words(number, texts))}.{_claim_words(run, number, texts)}"


def _claim_words(run: Run, number: Number, texts: Texts) -> str:
    """Say which side has more, or why that is not said; empty where the index has no sides."""
    if number.indicator not in SIDES:
        return ""
    line, words = SIDES[number.indicator]
    made = side_of(run, number, line, texts)
    if made.side == 0:
        return " " + texts("claim.withheld_side", reason=made.reason)
    return " " + texts(f"claim.{words}_{'above' if made.side > 0 else 'below'}")


def curve(run: Run, kind: str) -> npt.NDArray[np.float64] | None:
    """Shares of access at `N_POINTS` equal steps of residents, or None where the run has no such curve."""
    if run.curves is None:
        return None
    service, cutoff_min, period = run.headline
    table = run.curves
    wanted = {"kind": kind, "service": service, "period": period, "cutoff_min": cutoff_min}
    for column, value in wanted.items():
        if column in table.columns:
            table = table[table[column] == value]
    if table.empty:
        return None
    shares = table[["population_share", "access_share"]].astype(float).dropna()
    shares = shares.sort_values(["population_share", "access_share"], kind="stable")
    x, y = shares["population_share"].to_numpy(), shares["access_share"].to_numpy()
    steps = np.linspace(0, 1, N_POINTS)
    return np.asarray(np.interp(steps, np.append(0.0, x), np.append(0.0, y)), dtype=np.float64)


def curve_chart(run: Run, texts: Texts) -> CurveChart | None:
    """Both curves as a drawing; None where the run has none."""
    looks = {"lorenz": ("#31688e", ""), "concentration": ("#b34700", "9 5")}
    found = [(kind, shares) for kind in CURVES if (shares := curve(run, kind)) is not None]
    if not found:
        return None
    right, bottom = _LEFT + _SIZE, _TOP + _SIZE
    x = _LEFT + np.linspace(0, 1, N_POINTS) * _SIZE
    lines = tuple(
        Line(
            kind,
            texts(f"inequality.{kind}"),
            "M"
            + "L".join(f"{px:.1f} {bottom - share * _SIZE:.1f}" for px, share in zip(x, shares, strict=True)),
            *looks[kind],
        )
        for kind, shares in found
    )
    ticks = tuple(
        Tick(round(_LEFT + share * _SIZE, 1), round(bottom - share * _SIZE, 1), texts.percent(share))
        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    )
    return CurveChart(_SIZE, _LEFT, right, _TOP, bottom, lines, ticks)


def curve_table(run: Run, texts: Texts) -> Table | None:
    """Shares of access that the first tenths of residents have: the table twin of the curves."""
    found = [(kind, shares) for kind in CURVES if (shares := curve(run, kind)) is not None]
    if not found:
        return None
    rows = tuple(
        (
            texts.percent(float(tenth)),
            *(texts.percent(float(shares[round(tenth * (N_POINTS - 1))])) for _, shares in found),
        )
        for tenth in _TENTHS
    )
    columns = (texts("table.first_residents"), *(texts(f"table.{kind}_share") for kind, _ in found))
    service, cutoff_min, period = run.headline
    caption = texts(
        "table.curves_caption",
        service=service_label(run, service, texts),
        cutoff=cutoff_min,
        period=period_label(run, period, texts),
    )
    return Table(caption, columns, rows, note=texts("table.curves_note"))


def _curve_sentences(run: Run, texts: Texts) -> Iterator[str]:
    middle = (N_POINTS - 1) // 2
    for kind in CURVES:
        shares = curve(run, kind)
        if shares is not None:
            yield texts(
                f"inequality.{kind}_half",
                share=texts.percent(float(shares[middle])),
                service=service_label(run, run.headline.service, texts),
            )
