"""Statements on one zone of the register.

That the place is a zone is held against the share of computations that the rule of the register asks for;
that share is itself what is known of the certainty, so it stands for its own range. Other numbers of a zone
have no range of their own: they are told as what this model gives, never compared.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from access.claims import Claim, Verdict, claim_above, claim_number
from access.errors import ResultError
from access.evidence_statement import Source, State, Statement, groups_of_right
from access.evidence_trace import input_names, result_files
from access.report_data import Run
from access.report_findings import period_label, service_label
from access.report_rights_words import entries_of, right_label
from access.report_scenario_numbers import elided
from access.report_section import period_or_all
from access.report_zone_gap import number_in
from access.report_zones import how_many_zones, term, zones_of
from access.texts import Texts
from access.zone_sheet_facts import LackedRight, ZoneFacts, access_words, facts_of, zone_ids

_ROUNDING = 1e-9


def zone_statements(run: Run, zone_id: str, texts: Texts) -> Iterator[Statement]:
    """Yield every statement on a zone, those that are withheld among them.

    Raises
    ------
    ResultError
        If the register has no such zone.
    """
    facts = facts_of(run, zone_id, texts)
    yield _is_zone(run, facts, texts)
    yield _residents(run, facts, texts)
    yield _income(run, facts, texts)
    if math.isfinite(number_in(facts.row, "access_mean")):
        yield _reach(run, facts, texts)
    for right in facts.rights:
        yield _lacked(run, facts, right, texts)


def register_statement(run: Run, texts: Texts) -> Statement:
    """Return how many zones the register of a run has and how many live there; withheld without a register.

    A run without a register is another thing than one whose register is empty.
    """
    absent, zones = run.zones is None, [] if run.zones is None else zones_of(run)
    n = math.nan if absent else sum(zone.population for zone in zones if math.isfinite(zone.population))
    known = run.residents()
    everybody = float(known[known > 0].sum())
    claim = claim_number(n, low=None, high=None, covered_share=1.0)
    reason, value = texts("claim.not_quantified"), texts.number(n)
    if absent:
        why = (run.manifest.get("exclusion") or {}).get("reason")
        said, reason = (
            texts("evidence.register_open", term=term(run, texts)),
            texts.label(why, fallback=value),
        )
    elif zones:
        said = how_many_zones(run, zones, texts)
    else:
        said = texts("zones.none", term=term(run, texts))
    return Statement(
        id="",
        chapter="city",
        state="withheld" if absent else "described",
        said=texts.capital(elided(said, texts)),
        reason=reason,
        claim=claim,
        value=value,
        range=texts("range.not_quantified"),
        covered=texts(
            "evidence.people_covered", n=texts.number(everybody), share=texts.percent(0.0 if absent else 1.0)
        ),
        method="exclusion_zone",
        source=Source("zones.parquet", {"column": "population"}),
        inputs=() if absent else input_names(run, "exclusion_zone", _of_rights(run), incomes=True),
        files=() if absent else result_files(run, "", "exclusion_zone"),
    )


def _is_zone(run: Run, facts: ZoneFacts, texts: Texts) -> Statement:
    share, draws = facts.zone.share_of_draws, number_in(facts.row, "draws")
    least = float((run.manifest.get("exclusion") or {}).get("min_share_of_draws") or 0)
    # "at least": a share that equals what is asked for is enough
    claim = claim_above(share, least - _ROUNDING, low=share, high=share, covered_share=1.0)
    words = {
        "name": facts.zone.name, "term": term(run, texts), "least": texts.percent(least),
        "share": texts.percent(share) if math.isfinite(share) else texts("no_data"),
        "draws": texts.number(draws) if math.isfinite(draws) else texts("no_data"),
    }  # fmt: skip
    state: State = "carried" if claim.carried else "withheld"
    said = texts("evidence.zone" if claim.carried else "evidence.zone_open", **words)
    reason = "" if claim.carried else texts("sheet.sure_not_quantified")
    if claim.verdict is Verdict.ON_THE_OTHER_SIDE:
        reason = texts("evidence.zone_seldom", **words)
    return _made(run, facts, claim, state, said, words["share"], reason, texts, key="share_of_draws")


def _residents(run: Run, facts: ZoneFacts, texts: Texts) -> Statement:
    n = facts.zone.population
    residents = run.residents()
    everybody = float(residents[residents > 0].sum())
    said = texts(
        "evidence.zone_residents",
        name=facts.zone.name,
        residents=texts.plural("residents", n),
        share=texts.percent(n / everybody if everybody else None),
    )
    return _described(run, facts, n, said, texts.number(n), texts, key="population")


def _income(run: Run, facts: ZoneFacts, texts: Texts) -> Statement:
    ratio = number_in(facts.row, "income_ratio")
    said = texts(
        "evidence.zone_income" if math.isfinite(ratio) else "evidence.zone_income_open",
        name=facts.zone.name,
        share=texts.percent(ratio),
        unit=texts.label(run.manifest.get("income_unit"), fallback=texts("no_data")),
    )
    return _described(run, facts, ratio, said, texts.percent(ratio), texts, key="income_ratio")


def _reach(run: Run, facts: ZoneFacts, texts: Texts) -> Statement:
    here, everybody = access_words(run, facts, texts)
    said = texts(
        "evidence.zone_reach",
        name=facts.zone.name,
        here=here,
        everybody=everybody,
        service=service_label(run, run.headline.service, texts),
        cutoff=run.headline.cutoff_min,
        period=period_label(run, run.headline.period, texts),
    )
    value = number_in(facts.row, "access_mean")
    return _described(run, facts, value, said, here, texts, key="access_mean")


def _lacked(run: Run, facts: ZoneFacts, right: LackedRight, texts: Texts) -> Statement:
    hidden = not math.isfinite(right.share)
    entry = next((each for each in entries_of(run) if each.get("name") == right.right), {})
    of_some = bool(groups_of_right(run, entry))  # the zone counts all who live where the right is lacking
    key = "evidence.zone_right_open" if hidden else f"evidence.zone_right{'_of_some' if of_some else ''}"
    said = texts(
        key,
        name=facts.zone.name,
        right=right_label(run, right.right, texts),
        share=right.share_words,
        everybody=right.share_of_all_words,
        period=period_or_all(run, str(entry.get("period") or ""), texts),
    )
    if right.gap_words:
        said += " " + texts("evidence.zone_gap", gap=right.gap_words)
    return _described(run, facts, right.share, said, right.share_words, texts, key=right.right)


def _described(
    run: Run, facts: ZoneFacts, value: float, said: str, words: str, texts: Texts, *, key: str
) -> Statement:
    """Return a number of a zone as this model gives it; withheld where there is none."""
    claim = claim_number(value, low=None, high=None, covered_share=1.0)
    state: State = "described" if claim.description_allowed else "withheld"
    reason = texts("claim.not_quantified") if state == "described" else words
    if reason == texts("range.suppressed"):
        reason = texts("evidence.suppressed")
    return _made(run, facts, claim, state, said, words, reason, texts, key=key)


def _made(
    run: Run,
    facts: ZoneFacts,
    claim: Claim,
    state: State,
    said: str,
    value: str,
    reason: str,
    texts: Texts,
    *,
    key: str,
) -> Statement:
    entry: dict[str, Any] = next((dict(each) for each in entries_of(run) if each.get("name") == key), {})
    services = [str(entry["service"])] if entry else [run.headline.service] if key == "access_mean" else []
    file = "zone_rights.parquet" if entry else "zones.parquet"
    found = {"zone_id": facts.zone_id, **({"right": key} if entry else {"column": key})}
    return Statement(
        id="",
        chapter="zone",
        state=state,
        said=texts.capital(elided(said, texts)),
        reason=reason,
        claim=claim,
        value=value,
        range=texts("range.none") if key == "share_of_draws" else texts("range.not_quantified"),
        covered=texts("evidence.zone_covered", n=texts.number(facts.zone.population)),
        method="right_headcount" if entry else "mean_access" if key == "access_mean" else "exclusion_zone",
        source=Source(file, found),
        inputs=input_names(run, "exclusion_zone", services or _of_rights(run), incomes=True),
        files=result_files(run, str(entry.get("period") or ""), "exclusion_zone"),
    )


def _of_rights(run: Run) -> list[str]:
    """Return the services of the rights that the register judges by."""
    judged = (run.manifest.get("exclusion") or {}).get("rights") or []
    return [str(each["service"]) for each in entries_of(run) if each.get("name") in judged]


def zone_id_of(run: Run, asked: str) -> str:
    """Return the id of the zone that an id or a name means.

    Raises
    ------
    ResultError
        If the register has no such zone, or several of this name; all are listed by id and name.
    """
    named = [(zone_id, zone.name) for zone_id, zone in zip(zone_ids(run), zones_of(run), strict=True)]
    found = [zone_id for zone_id, _ in named if zone_id == asked]
    found = found or [zone_id for zone_id, name in named if name.casefold() == asked.strip().casefold()]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(f"{zone_id} ({name})" for zone_id, name in named[:20]) or "none"
    why = f"has {len(found)} zones of the name" if found else "has no zone"
    raise ResultError(f"--zone: the register {why} {asked[:60]!r}; give an id. It has {listed}")
