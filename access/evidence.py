"""Evidence on a run that the other side can check: a tagged PDF whose statements follow from claims.

``report_pdf`` sets the report; the bundle that belongs to it is made by ``access.bundle`` and checked by
``access.reproduce``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from access.bundle_folders import manifest_in_bundle
from access.comparison_reader import ComparisonRead, read_comparison
from access.datasets import sha256_of
from access.errors import ResultError
from access.evidence_city import city_statements
from access.evidence_figures import FigureTold, map_figure, rights_figure, scenario_figure, tenths_figure
from access.evidence_scenario import scenario_statements
from access.evidence_statement import Statement, numbered
from access.evidence_words import Made, report_words
from access.evidence_zone import register_statement, zone_id_of, zone_statements
from access.report_data import Run, read_run
from access.results import MANIFEST
from access.texts import Texts
from access.typeset import typeset_pdf, typeset_pictures
from access.zone_sheet_facts import facts_of

_TEMPLATE = "evidence.typ"


class Evidence(NamedTuple):
    """What a report holds, in one language."""

    run: Run
    statements: list[Statement]  # numbered, those withheld last
    figures: dict[str, FigureTold]
    words: dict[str, Any]


def report_pdf(run: Path, language: str, zone: str | None = None, comparison: Path | None = None) -> bytes:
    """Return the report on a run as a PDF that meets PDF/UA-1.

    Parameters
    ----------
    run : Path
        Folder of a finished run; only read.
    language : {"en", "fr"}
        Language of the report.
    zone : str, optional
        A zone of the run's register (id, or a name that only one has), which the report then begins with.
    comparison : Path, optional
        Folder that ``fairreach compare`` wrote for this run; its scenarios are then told of too.

    Raises
    ------
    ResultError
        If a folder is none of its kind, the comparison is of another run, or the register has no such zone.
    ValueError
        For another language.
    """
    return pdf_of(gather(run, language, zone, comparison))


def pdf_of(evidence: Evidence) -> bytes:
    """Set a report whose content was gathered."""
    figures = {name: each.svg for name, each in evidence.figures.items()}
    return typeset_pdf(_TEMPLATE, evidence.words, figures)


def report_pictures(
    run: Path, language: str, zone: str | None = None, comparison: Path | None = None, ppi: float = 90.0
) -> list[bytes]:
    """Return the pages of the report as PNG. Parameters and errors as ``report_pdf``."""
    evidence = gather(run, language, zone, comparison)
    figures = {name: each.svg for name, each in evidence.figures.items()}
    return typeset_pictures(_TEMPLATE, evidence.words, figures, ppi)


def gather(
    run: Path,
    language: str,
    zone: str | None = None,
    comparison: Path | None = None,
    signer: str | None = None,
) -> Evidence:
    """Return everything that a report says and shows. Parameters and errors as ``report_pdf``.

    Files are named, and the manifest is known by its hash, as in the bundle, whether one is made or not.

    Parameters
    ----------
    signer : str, optional
        Fingerprint of the key that signs the report's bundle; empty if none does; None without a bundle.
    """
    texts = Texts(language)
    read = read_run(run)
    read = read._replace(manifest=manifest_in_bundle(read.manifest))
    zone = zone_id_of(read, zone) if zone else None
    compared = None if comparison is None else _comparison_of(run, comparison)
    statements = numbered([*_statements(read, zone, compared, texts)])
    figures = dict(_figures(read, zone, compared, statements, texts))
    words = report_words(
        read,
        statements,
        figures,
        texts,
        zone=facts_of(read, zone, texts).zone.name if zone else None,
        scenarios=[texts.label(each.entry["name"]) for each in compared.scenarios] if compared else (),
        made=Made(sha256_of(run / MANIFEST), signer),
    )
    return Evidence(read, statements, figures, words)


def _statements(
    run: Run, zone: str | None, compared: ComparisonRead | None, texts: Texts
) -> Iterator[Statement]:
    if zone is not None:
        yield from zone_statements(run, zone, texts)
    if compared is not None:
        yield from scenario_statements(run, compared, texts)
    yield from city_statements(run, texts)
    yield register_statement(run, texts)


def _figures(
    run: Run, zone: str | None, compared: ComparisonRead | None, said: list[Statement], texts: Texts
) -> Iterator[tuple[str, FigureTold]]:
    """Yield the figures; a name begins with the chapter that it stands in."""
    yield "map", map_figure(run, zone, texts)
    for place, scenario in enumerate(compared.scenarios if compared else (), start=1):
        if drawn := scenario_figure(run, scenario, texts):
            yield f"scenario-{place}", drawn
    if drawn := tenths_figure(run, texts):
        yield "groups-tenths", drawn
    if drawn := rights_figure(run, said, texts):
        yield "rights-lacking", drawn


def _comparison_of(run: Path, folder: Path) -> ComparisonRead:
    """Read a comparison and make sure that it is one with this run."""
    compared = read_comparison(folder)
    made_of, this = str(compared.base.get("manifest_sha256")), sha256_of(run / MANIFEST)
    if made_of != this:
        raise ResultError(
            f"{folder}: compares with another run (manifest.json {made_of[:12]}, that of {run} is "
            f"{this[:12]}); make it again with `fairreach compare {run} SCENARIO`"
        )
    return compared
