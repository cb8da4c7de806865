"""Scenarios of citizens beside those of the authority, by the snapshot that they would change."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
from dash import html
from dash.development.base_component import Component

from access.observatory_store import Store
from access.proposals import proposals_of
from access.proposals_list import BY_SIGN, headline_lines, table_rows
from access.report_tables import Table
from dashboards.components import table_block
from dashboards.run_data import RunData
from dashboards.store_data import StoreData
from dashboards.time_choice import Choice
from dashboards.time_words import short_day
from dashboards.words import Words


class Proposed(NamedTuple):
    """What was proposed against one snapshot.

    Attributes
    ----------
    heading : str
    listed : tuple of str
        Each proposal: its name, who handed it in and when.
    table : Table
        A row a number, a column for today and one for each proposal.
    """

    heading: str
    listed: tuple[str, ...]
    table: Table


def proposals_section(store: StoreData, chosen: Choice, data: RunData | None, words: Words) -> Component:
    """Return the section; without a proposal how to hand one in.

    Parameters
    ----------
    data : RunData, optional
        A run of the city, to name in the command.
    """
    found = proposals_in(store, chosen, words)
    parts: list[Component] = []
    for each in found:
        parts += [html.H3(each.heading), html.Ul([html.Li(line) for line in each.listed])]
        parts.append(table_block(each.table) or html.Div())
    run = "RUN" if data is None else data.name
    command = f"fairreach proposals add {store.name or 'STORE'} {run} SCENARIO.yaml --by citizens"
    return html.Section(
        [
            html.H2(words("time.part.proposals")),
            html.P(words("time.proposals.intro"), className="muted"),
            *(parts or [html.P(words("time.proposals.none"))]),
            html.P(words("time.proposals.how", run=run)),
            html.Pre(html.Code(command), className="formula"),
        ],
        id="time-proposals",
    )


def proposals_in(store: StoreData, chosen: Choice, words: Words) -> list[Proposed]:
    """Return the proposals against the snapshots of a series, the newest snapshot first.

    Raises
    ------
    StoreReadError
        If the store cannot be read.
    """

    def read(opened: Store) -> pd.DataFrame:
        return proposals_of(opened, chosen.city)

    filed = store.kept(("proposals", chosen.city), read)
    groups = [(name, filed[filed["run_snapshot"] == name]) for name in reversed(chosen.snapshots)]
    return [
        _proposed(group.reset_index(drop=True), name, chosen, words)
        for name, group in groups
        if not group.empty
    ]


def _proposed(filed: pd.DataFrame, snapshot: str, chosen: Choice, words: Words) -> Proposed:
    texts = words.texts
    day = short_day(chosen.day_of(snapshot), words)
    heading = texts("proposals.against", snapshot=snapshot, day=day).rstrip(":\u00a0 ")
    names, listed = [], []
    for row in filed.to_dict("records"):
        name = words.label({language: row[f"name_{language}"] for language in ("en", "fr")}, row["scenario"])
        mark = "" if row["results"]["noise_quantified"] else BY_SIGN
        by = texts(f"proposals.by.{row['by_whom']}")
        names.append(f"{name}{mark} ({by})")
        on = short_day(str(row["filed_at"])[:10], words)
        listed.append(words("time.proposals.line", name=f"{name}{mark}", by=by, day=on, id=row["scenario"]))
    all_sure = all(results["noise_quantified"] for results in filed["results"])
    caption = " ".join(line.strip() for line in headline_lines(filed["results"].iloc[0], texts))
    table = Table(
        caption or heading,
        (words("time.column.number"), texts.capital(texts("proposals.base")), *names),
        tuple(table_rows(filed, texts)),
        note="" if all_sure else texts("proposals.noise", mark=BY_SIGN),
    )
    return Proposed(heading, tuple(listed), table)
