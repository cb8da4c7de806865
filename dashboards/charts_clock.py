"""The 24 hours of a cell: what is reached by time of leaving, as a line over the day."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from access.report_findings import period_label, service_label
from access.report_tables import Table
from dashboards.charts import BLUE, Chart, plain_figure
from dashboards.gaps_choice import Choice, FloatArray, rounded, run_of
from dashboards.run_data import RunData
from dashboards.words import Words


def clock_chart(
    departure_s: npt.NDArray[np.int32],
    reached: FloatArray,
    known: npt.NDArray[np.bool_],
    data: RunData,
    choice: Choice,
    words: Words,
) -> Chart:
    """What one cell reaches over 24 hours of departures; minutes without a timetable are left blank.

    Parameters
    ----------
    departure_s : array of int, shape (n_departures,)
        Seconds after 00:00.
    reached : array of float, shape (n_departures,)
        Opportunities within the cutoff.
    known : array of bool, shape (n_departures,)
        Whether the timetables tell anything of that minute.
    """
    texts, run = words.texts, run_of(data, choice)
    service = service_label(run, choice.service, texts)
    hours, windows = departure_s / 3600, _windows(data, choice)
    figure = plain_figure(words, x_title=words("gaps.chart.clock_axis"), y_title=texts.capital(service))
    for start_h, end_h in windows:
        figure.add_vrect(x0=start_h, x1=end_h, fillcolor="#ffe9ad", line_width=0, layer="below")
    shown = np.where(known, reached, np.nan)
    clocks = [texts.clock(int(at)) for at in departure_s]
    labels = [rounded(n, texts) for n in reached]
    figure.add_trace(
        go.Scatter(
            x=hours, y=shown, mode="lines", line={"color": BLUE, "width": 2, "shape": "hv"},
            customdata=list(zip(clocks, labels, strict=True)), fill="tozeroy",
            fillcolor="rgba(54,79,199,0.12)",
            hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
        )
    )  # fmt: skip
    every_six = range(0, 25, 6)
    ticks = [texts.clock(3600 * hour) if hour < 24 else words("gaps.chart.midnight") for hour in every_six]
    figure.update_xaxes(range=[0, 24], tickvals=list(every_six), ticktext=ticks, tickangle=0)
    figure.update_layout(showlegend=False)
    step = max(1, round(3600 / float(departure_s[1] - departure_s[0]))) if len(departure_s) > 1 else 1
    rows = tuple(
        (clocks[k], texts.amount(reached[k]) if known[k] else texts("no_data"))
        for k in range(0, len(departure_s), step)
    )
    caption = words("gaps.chart.clock_caption", service=service, cutoff=choice.cutoff_min)
    table = Table(caption, (words("gaps.chart.clock_column"), texts.capital(service)), rows)
    sentence = _clock_sentence(departure_s, shown, service, choice, words)
    if windows:
        period = period_label(data.run, choice.period, texts)
        sentence += " " + words("gaps.chart.clock_period", period=period)
    return Chart(figure, sentence, table)


def _windows(data: RunData, choice: Choice) -> list[tuple[float, float]]:
    """Window of the chosen period in hours; none where the run does not say, two where it passes midnight."""
    period = data.run.period(choice.period)
    start = period.get("departure_start") or period.get("arrival_start")
    if not start:
        return []
    hours, minutes = (int(part) for part in str(start).split(":")[:2])
    begin = (hours + minutes / 60) % 24
    end = begin + float(period.get("departure_window_min") or 0) / 60
    return [(begin, end)] if end <= 24 else [(begin, 24.0), (0.0, end - 24.0)]


def _clock_sentence(
    departure_s: npt.NDArray[np.int32], shown: FloatArray, service: str, choice: Choice, words: Words
) -> str:
    texts = words.texts
    if not np.isfinite(shown).any():
        return words("gaps.chart.clock_nothing")
    best, worst = int(np.nanargmax(shown)), int(np.nanargmin(shown))
    sentence = words(
        "gaps.chart.clock", n_high=rounded(shown[best], texts), at_high=texts.clock(int(departure_s[best])),
        n_low=rounded(shown[worst], texts), at_low=texts.clock(int(departure_s[worst])), service=service,
        cutoff=choice.cutoff_min,
    ) if shown[best] > shown[worst] else words(
        "gaps.chart.clock_flat", n=rounded(shown[best], texts), service=service, cutoff=choice.cutoff_min
    )  # fmt: skip
    if not np.isfinite(shown).all():
        sentence += " " + words("gaps.chart.clock_gaps")
    return sentence
