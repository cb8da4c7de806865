"""All sections of evidence of the page, from the register of zones to how sure we are."""

from __future__ import annotations

from access.report_certainty import certainty_section
from access.report_comparison import comparison_section
from access.report_data import Run
from access.report_groups import groups_section
from access.report_impact import impact_section
from access.report_inequality import inequality_section
from access.report_numbers import OUTSIDE_MARK
from access.report_rights import rights_section
from access.report_section import Section
from access.report_segregation import segregation_section
from access.report_supply import supply_section
from access.report_tables import Table
from access.report_zones import underserved_section
from access.texts import Texts

SECTIONS = (
    underserved_section, rights_section, groups_section, inequality_section, impact_section,
    comparison_section, supply_section, segregation_section, certainty_section,
)  # fmt: skip


def evidence_sections(run: Run, texts: Texts) -> dict[str, Section]:
    """Make every section, by name; one that the run has nothing for says so in words."""
    made = [make(run, texts) for make in SECTIONS]
    return {
        section.name: section._replace(
            sentences=tuple(texts.capital(sentence) for sentence in section.sentences),
            tables=tuple(with_mark_told(table, texts) for table in section.tables),
        )
        for section in made
    }


def with_mark_told(table: Table, texts: Texts) -> Table:
    """Say under a table what the mark of a range means, where it stands in the table."""
    if not any(OUTSIDE_MARK in cell for row in table.rows for cell in row):
        return table
    return table._replace(note=f"{table.note} {OUTSIDE_MARK} {texts('range.outside_note')}".lstrip())
