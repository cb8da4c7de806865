"""The register of underserved zones before and after: zones that enter, leave and stay."""

from __future__ import annotations

from access.comparison_reader import ScenarioRead
from access.report_section import Section
from access.texts import Texts


def register_section(scenario: ScenarioRead, texts: Texts) -> Section:
    """Zones that enter, leave and stay."""
    return Section("register", absent=texts("scenario.no_register"))
