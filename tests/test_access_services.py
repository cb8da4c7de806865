"""The vocabulary of services: complete in both languages, refused where it says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from access.errors import InputDataError
from access.services import read_services

EXPECTED = {
    *("school", "kindergarten", "college", "university", "hospital", "clinic", "doctors", "pharmacy"),
    *("supermarket", "library", "town_hall"),
}


def test_the_shipped_vocabulary_holds_the_services_people_need() -> None:
    services = read_services()
    assert services.keys() >= EXPECTED
    labels = {language: [s.label[language] for s in services.values()] for language in ("en", "fr")}
    assert all(len(set(texts)) == len(services) for texts in labels.values()), "labels must differ"


def test_the_copy_beside_the_configurations_is_the_shipped_one() -> None:
    assert read_services(Path(__file__).parents[1] / "configs" / "services.yaml") == read_services()


def test_an_object_matches_one_full_alternative() -> None:
    services = read_services()
    assert services["hospital"].matches({"healthcare": "hospital"})
    assert services["clinic"].matches({"healthcare": "centre", "name": "x"})
    assert not services["hospital"].matches({"amenity": "clinic"})
    assert not services["school"].matches({"disused:amenity": "school"})
    assert not services["social_services"].matches(
        {"amenity": "social_facility", "social_facility": "nursing_home"}
    )
    assert services["social_services"].matches({"amenity": "social_facility", "social_facility": "food_bank"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("services: {a: [", "not YAML"),
        ("places: {}", "needs a mapping `services:"),
        ("services: {a: hospital}", "a: needs label and tags"),
        ("services: {a: {label: {en: x}, tags: [{k: v}]}}", "a: label needs a text in each of en, fr"),
        ("services: {a: {label: {en: x, fr: y}, tags: []}}", "a: tags needs a list"),
        ("services: {a: {label: {en: x, fr: y}, tags: [{k: yes}]}}", "quote values such as 'yes'"),
        ("services: {a: {label: {en: x, fr: y}, tags: [{k: v}], levels: []}}", "a: unknown key 'levels'"),
        (
            "services: {a: {label: {en: x, fr: y}, tags: [{k: v}], level_tags: x}}",
            "a: level_tags needs a list",
        ),
    ],
)
def test_an_unusable_vocabulary_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "services.yaml"
    path.write_text(text)
    with pytest.raises(InputDataError, match=message):
        read_services(path)


def test_a_missing_vocabulary_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputDataError, match="no such file; leave services_file out"):
        read_services(tmp_path / "services.yaml")
