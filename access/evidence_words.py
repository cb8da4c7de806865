"""All words of an evidence report, as one tree of plain texts that ``templates/evidence.typ`` sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from access.evidence_figures import FigureTold
from access.evidence_frames import FrameTold, frames_by_area
from access.evidence_statement import CHAPTERS, Statement
from access.indicator_registry import entry as indicator
from access.report_certainty import certainty_section
from access.report_comparison import mode_label
from access.report_data import Run
from access.report_findings import area_name, attribution, map_place
from access.report_method import travel_rules
from access.report_rights_words import entries_of, right_label, source_words, threshold_words
from access.report_scenario_numbers import elided
from access.report_zone_rule import rule_words
from access.texts import Texts
from access.zone_sheet_facts import manifest_sha256
from access.zone_sheet_words import shortened

_LONGEST = 300
_TIMES = "travel_times/"
_MODES = ("car", "bicycle")  # whose limits have words of their own
_LABELS = ("colon", "range", "covered", "method", "limits", "bands", "made", "described", "number", "legend")
_HEADINGS = (
    "reading", "map", "withheld", "frames", "rights_sources", "limits", "made", "inputs", "again", "sources",
)  # fmt: skip


class Made(NamedTuple):
    """By what else a report is known: the run's manifest before its folders were replaced, the signer."""

    run_sha256: str
    signer: str | None = None  # fingerprint; empty: the bundle is not signed; None: there is no bundle


def report_words(
    run: Run,
    statements: Sequence[Statement],
    figures: Mapping[str, FigureTold],
    texts: Texts,
    *,
    zone: str | None = None,
    scenarios: Sequence[str] = (),
    made: Made | None = None,
) -> dict[str, Any]:
    """Return the tree of texts.

    Parameters
    ----------
    statements : sequence of Statement
        Numbered (``evidence_statement.numbered``).
    figures : mapping of str to FigureTold
        By name; ``map`` stands first, others with the chapter that their name begins with.
    zone : str, optional
        Name of the zone that the report is about.
    scenarios : sequence of str
        Names of the scenarios that it compares.
    made : Made, optional
        By what else the report is known; default: without a bundle, of a run that was only read.
    """
    said = [each for each in statements if each.state != "withheld"]
    withheld = [each for each in statements if each.state == "withheld"]
    place = area_name(run, texts)
    inputs = input_ids(run)
    tree = {
        "language": texts.language,
        "title": texts("evidence.title_zone" if zone else "evidence.title", zone=zone, place=place),
        "document": texts("evidence.document", place=place),
        "subtitle": map_place(run, texts),
        "scenarios": list(scenarios),
        "scenarios_lead": texts("evidence.scenarios_lead") if scenarios else "",
        "notice": texts.label(run.manifest.get("notice")),
        "footer": texts("evidence.footer", hash=manifest_sha256(run)[:16]),
        "headings": {key: texts(f"evidence.heading.{key}") for key in _HEADINGS},
        "lead": texts("evidence.lead"),
        "reading": [
            texts("evidence.reading_said", n=texts.number(len(said)), withheld=texts.number(len(withheld))),
            texts("evidence.reading_states"),
            texts("evidence.reading_range"),
            texts("evidence.reading_made"),
            texts("evidence.reading_law"),
        ],
        "labels": {
            key: texts(f"evidence.label.{key}") for key in _LABELS
        },
        "chapters": list(_chapters(run, said, figures, texts)),
        "figures": {name: _figure(each, texts) for name, each in figures.items()},
        "withheld_lead": texts("evidence.withheld_lead" if withheld else "evidence.withheld_none"),
        "withheld_columns": _columns(texts, "id", "withheld", "number", "reason"),
        "withheld": [[each.id, each.said, each.value, each.reason] for each in withheld],
        "frames_lead": texts("evidence.frames_lead"),
        "frames_columns": _columns(texts, "frame", "asks", "status"),
        "frames": [
            {"area": area, "rows": [_frame_row(frame, texts) for frame in frames]}
            for area, frames in frames_by_area(texts.language).items()
        ],
        "rights_columns": _columns(texts, "right", "principle", "threshold"),
        "rights_sources": list(_rights_sources(run, texts)),
        "limits": list(_limits(run, texts)),
        "made_lead": texts("evidence.made_lead"),
        "made_columns": _columns(texts, "id", "row", "formula", "from"),
        "made": [_made_row(each, inputs, texts) for each in statements if each.inputs],
        "inputs_columns": _columns(texts, "id", "file", "used_for", "sha256"),
        "inputs": [
            [inputs[str(each["file"])], str(each["file"]), ", ".join(map(str, each.get("keys") or [])),
             str(each.get("sha256") or texts("no_data"))]
            for each in run.manifest.get("inputs") or []
        ],
        "again": list(_again(run, made, texts)),
        "sources": texts("between_sources").join(attribution(run, texts)) or texts("no_data"),
    }  # fmt: skip
    cleaned: dict[str, Any] = _cleaned(tree)
    return cleaned


def input_ids(run: Run) -> dict[str, str]:
    """Return a short id for each input file of a run: I1, I2 ..."""
    listed = run.manifest.get("inputs") or []
    return {str(each["file"]): f"I{place}" for place, each in enumerate(listed, start=1)}


def _columns(texts: Texts, *keys: str) -> list[str]:
    return [texts(f"evidence.column.{key}") for key in keys]


def _chapters(
    run: Run, said: Sequence[Statement], figures: Mapping[str, FigureTold], texts: Texts
) -> Iterator[dict[str, Any]]:
    for chapter in CHAPTERS:
        listed = [each for each in said if each.chapter == chapter]
        drawn = [name for name in figures if name.partition("-")[0] == chapter]
        if listed or drawn:
            yield {
                "heading": texts(f"evidence.chapter.{chapter}"),
                "statements": [_statement(run, each, texts) for each in listed],
                "figures": drawn,
            }


def _statement(run: Run, each: Statement, texts: Texts) -> dict[str, Any]:
    known = indicator(each.method)
    return {
        "id": each.id,
        "said": each.said,
        "described": texts.capital(f"{each.reason}.") if each.state == "described" else "",
        "value": each.value,
        "range": each.range,
        "covered": each.covered,
        "bands": texts("between_sources").join(each.bands),
        "method": f"{known.title.of(texts.language)} ({each.method})",
        "limits": known.limits.of(texts.language),
        **_of_mode(run, each, texts),
    }


def _of_mode(run: Run, each: Statement, texts: Texts) -> dict[str, str]:
    """Return method and limits of a ratio of modes: those of the mode that transit is held against."""
    name = each.source.key.get("standard", "")
    kind = next((str(e.get("mode")) for e in run.manifest.get("modes") or [] if e.get("name") == name), "")
    if each.method != "modal_ratio" or kind not in _MODES:
        return {}
    return {
        "method": texts("evidence.mode_method", mode=mode_label(run, name, texts)) + f" ({each.method})",
        "limits": texts(f"evidence.mode_limits_{kind}"),
    }


def _figure(each: FigureTold, texts: Texts) -> dict[str, Any]:
    return {
        "caption": elided(each.caption, texts),
        "alt": elided(each.alt, texts),
        "made": each.made,
        "legend": [
            dict(zip(("colour", "label", "line", "pattern"), entry, strict=True)) for entry in each.legend
        ],
    }


def _frame_row(frame: FrameTold, texts: Texts) -> list[str]:
    def checked(known: bool) -> str:
        return texts("rights.verified" if known else "rights.unverified")

    day = texts("evidence.as_of", day=_date(frame.status_date, texts))
    return [
        f"{frame.title}. {frame.source} ({_date(frame.date, texts)}, {checked(frame.text_verified)})",
        frame.asks,
        f"{frame.status} ({day}, {checked(frame.status_verified)})",
    ]


def _date(iso: str, texts: Texts) -> str:
    """Write a date without its day of the week; a year, or a year and a month, as they stand."""
    told = texts.day(iso)
    return told if told == iso else told.partition(" ")[2]


def _rights_sources(run: Run, texts: Texts) -> Iterator[list[str]]:
    """Whose principle and whose number each right is."""
    for each in entries_of(run):
        principle = each.get("principle") or {}
        yield [
            texts.capital(right_label(run, str(each.get("name")), texts)),
            f"{source_words(principle, texts)} ({_date(str(principle.get('date')), texts)})",
            threshold_words(each.get("threshold") or {}, texts),
        ]


def _limits(run: Run, texts: Texts) -> Iterator[str]:
    """What is true of every statement: travel rules, the kinds of range, what no run knows, its warnings."""
    yield travel_rules(run, texts)
    yield texts("evidence.within", n=run.headline.cutoff_min, before=run.headline.cutoff_min - 1)
    certainty = certainty_section(run, texts)
    yield from certainty.sentences
    yield from certainty.notes
    yield from rule_words(run, run.manifest.get("exclusion") or {}, texts)
    for key in ("fares", "realised", "capacity", "outside"):
        yield texts(f"unknown.{key}")
    yield texts("evidence.rounded")
    yield texts("evidence.no_finding")
    for period in run.periods:
        if period.get("state", "ok") != "ok":
            name = texts.label(period.get("label"), fallback=str(period.get("name")))
            yield texts(
                "evidence.period_open",
                period=name,
                reason=texts.label(period.get("reason")) or texts("no_data"),
            )


def _made_row(each: Statement, inputs: Mapping[str, str], texts: Texts) -> list[str]:
    key = ", ".join(f"{name} = {value}" for name, value in each.source.key.items())
    ids = [inputs[file] for file in each.inputs if file in inputs]
    tables = [file for file in each.files if not file.startswith(_TIMES)]
    times = [file for file in each.files if file.startswith(_TIMES)]
    ways = [*tables, *(", ".join(listed) for listed in (times, ids) if listed)]
    return [
        each.id,
        f"{each.source.file}: {shortened(key, _LONGEST)}",
        indicator(each.method).formula,
        " \u2190 ".join(ways) if ways else texts("no_data"),
    ]


def _again(run: Run, made: Made | None, texts: Texts) -> Iterator[str]:
    """How to compute everything again, and by what to know the run and who signed."""
    manifest = run.manifest
    if made is None or made.signer is None:
        yield texts("evidence.again_no_bundle")
    else:
        yield texts("evidence.again_bundle")
        yield texts("evidence.again_config")
        yield texts(
            "evidence.again_signed" if made.signer else "evidence.again_not_signed", signer=made.signer
        )
    yield texts(
        "evidence.again_made",
        version=str(manifest.get("fairreach_version") or texts("no_data")),
        day=texts.day(manifest.get("created")),
        python=str(manifest.get("python") or texts("no_data")),
        system=str(manifest.get("system") or texts("no_data")),
    )
    yield texts("evidence.again_manifest", hash=manifest_sha256(run))
    if made is not None:
        yield texts("evidence.again_before", hash=made.run_sha256)


def _cleaned(told: Any) -> Any:
    if isinstance(told, dict):
        return {key: _cleaned(value) for key, value in told.items()}
    if isinstance(told, list | tuple):
        return [_cleaned(value) for value in told]
    return shortened(told, 4000) if isinstance(told, str) else told
