"""What alerts say: sentences that read well in both languages, with the numbers that were measured."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence

import pytest
from builders_observatory import MemoryStore, Planted, quarters, quiet

from access.texts import LANGUAGES
from access.warning import alerts_of
from access.warning_rules import shipped_rules
from access.warning_words import decimals_of


@pytest.mark.parametrize(
    ("before", "now", "indicator", "decimals"),
    [
        (39_256.0, 36_931.0, "mean_access", 0),
        (15.7, 14.2, "mean_access", 1),
        (0.329, 0.369, "gini", 3),
        (None, 9.9, "mean_access", 3),
        (4_519.0, 4_512.0, "right_residents", 0),
        (10.0, 20.0, "mean_access", 0),
    ],
)
def test_a_small_change_of_a_large_number_keeps_a_decimal(
    before: float | None, now: float, indicator: str, decimals: int
) -> None:
    assert decimals_of(before, now, indicator) == decimals


def told(rule: str, days: Sequence[Planted]) -> list[Mapping[str, str]]:
    rules = shipped_rules()
    only = rules.model_copy(update={"rules": [each for each in rules.rules if each.name == rule]})
    return [alert.text for alert in alerts_of(MemoryStore(days), "smalltown", only)]


def last(n: int = 3, **planted: object) -> list[Planted]:
    """Quiet quarters, then one in which something happens."""
    return [*quiet(n), Planted(quarters(n + 1)[n], **planted)]  # type: ignore[arg-type]


HARMS = {
    "right_newly_unmet": last(unmet={"eu_hospital": range(9), "eu_food": (0,)}),
    "access_falls": last(access=0.6),
    "zone_appears": last(zones={"North": (0, 1, 2, 3)}),
    "zone_stays": [Planted(day, zones={"North": (0, 1, 2, 3)}) for day in quarters(2)],
    "feed_expires": last(last_day=dt.date(2020, 10, 20)),
    "fewer_trips": last(trips_week=500.0),
    "wheelchair_fields_vanish": last(stops_wheelchair=None),
}


@pytest.mark.parametrize("rule", HARMS)
def test_every_alert_is_sentences_with_a_capital_and_a_full_stop(rule: str) -> None:
    texts = [text for both in told(rule, HARMS[rule]) for text in both.values()]
    assert texts
    for text in texts:
        assert text[0].isupper() or text[0].isdigit(), text
        assert text.endswith(".")
        assert "{" not in text
        assert ".." not in text


def test_a_fall_of_access_reads_well_whatever_the_places_are_called() -> None:
    """No article or preposition stands before the name of a service, which comes from a configuration."""
    english, french = (told("access_falls", HARMS["access_falls"])[0][lang] for lang in LANGUAGES)
    assert "access to jobs within 45 minutes" in english
    assert re.match(r"Tous les habitants\s: 6\s947 emplois à portée en moyenne, en 45 minutes \(", french)
    assert re.search(r"au lieu de 11\s579 le mercredi 15 juillet 2020, soit 40\s% de moins", french), french


def test_a_timetable_is_called_one_and_has_its_name_in_quotes() -> None:
    assert told("feed_expires", HARMS["feed_expires"])[0] == {
        "en": "The timetable “bus” has service for 5 more days.",
        "fr": "L’horaire «\u00a0bus\u00a0» n’offre plus que 5 jours de service.",
    }


def test_a_right_that_is_unmet_counts_residents_in_both_numbers() -> None:
    english, french = (told("right_newly_unmet", HARMS["right_newly_unmet"])[0][lang] for lang in LANGUAGES)
    assert re.search(r"It is now unmet for [\d,]+ residents instead of", english)
    assert re.search(r"Il n’est pas satisfait pour [\d\s]+ habitants, au lieu de", french)
