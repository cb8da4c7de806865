"""Catalogues of rights: every problem of a file is listed; the shipped ones claim no more than they can."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from builders_rights import LABEL, THRESHOLD, catalogue, raw_catalogue, raw_right, right
from pydantic import BaseModel, ValidationError

from access.config_file import key_reference
from access.config_rights import RightsConfig, rights_problems
from access.config_sources import Label
from access.errors import ConfigError
from access.rights_catalogue import (
    SERVICES,
    SHIPPED,
    RightsCatalogue,
    load_catalogue,
    load_catalogues,
    shipped_catalogue,
)

ROOT = Path(__file__).parents[1]


def write(folder: Path, content: dict[str, Any], name: str = "own.yaml") -> str:
    (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return name


def problems(folder: Path, content: dict[str, Any]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_catalogue(write(folder, content), folder)
    return caught.value.problems


def test_an_own_catalogue_is_read_from_the_folder_of_the_configuration(tmp_path: Path) -> None:
    found = load_catalogue(write(tmp_path, raw_catalogue()), tmp_path)
    assert [each.name for each in found.rights] == ["hospitals"]
    assert found.rights[0].walking == "usual"
    assert found.label_of_service("hospital").fr == "hôpitaux"


@pytest.mark.parametrize("for_whom", ["older_people", "slow_walkers"])
def test_older_people_and_slow_walkers_walk_slowly(for_whom: str) -> None:
    assert right(for_whom=for_whom).walking == "slow"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"at_least_share": 0.3}, "exactly one of at_least, at_least_share"),
        ({"at_least": None}, "exactly one of at_least, at_least_share"),
        ({"at_least": 0}, "more than 0; got 0"),
        ({"within_min": 255}, "at most 254"),
        ({"modes": []}, "needs at least 1; has 0"),
        ({"modes": ["walk", "walk"]}, "modes must differ"),
        ({"modes": ["ferry"]}, "got 'ferry'"),
        ({"when": "noon"}, "got 'noon'"),
        ({"for_whom": "tourists"}, "got 'tourists'"),
        ({"within": 5}, "did you mean 'within_min'?"),
        ({"service": "hospitl"}, "hospitals: unknown service 'hospitl'; did you mean 'hospital'?"),
        ({"service": "zzz"}, "add it to `services` of the catalogue"),
        ({"label": {"en": "only English"}}, "rights.0.label.fr: is missing"),
        ({"threshold": {"text": LABEL, "status": "published"}}, "status: published needs a source"),
        (
            {"threshold": {"text": LABEL, "status": "law", "source": "act", "verified": False}},
            "law needs verified: true",
        ),
        ({"threshold": {"text": LABEL, "status": "law", "verified": True}}, "status: law needs a source"),
        ({"threshold": {**THRESHOLD, "verified": True}}, "our_proposal has nothing to verify"),
        ({"threshold": {"text": LABEL, "status": "norm"}}, "got 'norm'"),
    ],
)
def test_a_right_that_contradicts_itself_or_claims_too_much_is_refused(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    found = problems(tmp_path, raw_catalogue(raw_right(**changes)))
    assert any(said in text for text in found), found


@pytest.mark.parametrize("written", [2014, "2014-02", "2014-02-21"])
def test_a_date_is_a_year_a_month_or_a_day(written: Any) -> None:
    principle = {**raw_right()["principle"], "date": written}
    assert right(principle=principle).principle.date == str(written)
    with pytest.raises(ValidationError, match="pattern"):
        right(principle={**principle, "date": "February 2014"})


def test_all_problems_of_a_file_are_listed_at_once(tmp_path: Path) -> None:
    bad = raw_catalogue(raw_right(within_min=0), raw_right(name="other", when="noon"), note="both languages")
    assert len(problems(tmp_path, bad)) == 3


def test_two_rights_of_one_name_are_refused(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, raw_catalogue(raw_right(), raw_right()))
    assert "these stand more than once: hospitals" in problem


def test_a_catalogue_may_bring_its_own_services() -> None:
    own = catalogue(raw_right(service="mosque"), services={"mosque": {"en": "mosques", "fr": "mosquées"}})
    assert own.label_of_service("mosque").fr == "mosquées"


def test_an_unknown_catalogue_is_answered_with_the_shipped_ones() -> None:
    with pytest.raises(ConfigError, match=r"no catalogue 'europe'; give one of eu, fr, us, sdg, or the path"):
        load_catalogue("europe")


def test_a_missing_file_says_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file; give the path of a catalogue of rights"):
        load_catalogue("none.yaml", tmp_path)


def test_problems_of_all_catalogues_are_told_together(tmp_path: Path) -> None:
    first = write(tmp_path, raw_catalogue(raw_right(within_min=0)), "first.yaml")
    with pytest.raises(ConfigError) as caught:
        load_catalogues([first, "europe"], tmp_path)
    assert len(caught.value.problems) == 2
    assert "first.yaml: rights.0.within_min" in caught.value.problems[0]


def test_rights_and_catalogues_of_one_name_in_two_files_are_refused(tmp_path: Path) -> None:
    names = [write(tmp_path, raw_catalogue(), name) for name in ("a.yaml", "b.yaml")]
    with pytest.raises(ConfigError) as caught:
        load_catalogues(names, tmp_path)
    assert caught.value.problems == [
        "the catalogue 'test' stands in more than one place; rename or leave out one",
        "the right 'hospitals' stands in more than one place; rename or leave out one",
    ]


# The shipped catalogues


@pytest.fixture(scope="module")
def shipped() -> list[RightsCatalogue]:
    return load_catalogues(SHIPPED)  # refuses names that stand twice


def labels_in(model: BaseModel) -> Iterator[Label]:
    for value in dict(model).values():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Label):
                yield each
            elif isinstance(each, BaseModel):
                yield from labels_in(each)


def test_each_shipped_file_is_named_as_it_is_asked_for(shipped: list[RightsCatalogue]) -> None:
    assert [each.name for each in shipped] == list(SHIPPED)
    assert sorted(path.stem for path in (ROOT / "configs" / "rights").glob("*.yaml")) == sorted(SHIPPED)
    for each in shipped:
        assert all(one.name.startswith(f"{each.name}_") for one in each.rights)


def test_shipped_texts_are_filled_in_both_languages(shipped: list[RightsCatalogue]) -> None:
    for each in shipped:
        for label in labels_in(each):
            assert label.en.strip(), label
            assert label.fr.strip(), label
        for one in each.rights:
            assert one.label.en != one.label.fr
            assert one.principle.text.en != one.principle.text.fr
            assert one.threshold.text.en != one.threshold.text.fr


def test_shipped_french_never_says_accessibilite_alone(shipped: list[RightsCatalogue]) -> None:
    texts = [label.fr for each in shipped for label in labels_in(each)]
    texts += [label.fr for label in SERVICES.values()]
    assert len(texts) > 100
    assert [text for text in texts if re.search("accessibilit", text, flags=re.IGNORECASE)] == []


def test_no_shipped_threshold_is_published_without_source_or_called_law(
    shipped: list[RightsCatalogue],
) -> None:
    for each in shipped:
        for one in each.rights:
            assert one.threshold.status in ("published", "our_proposal"), one.name
            if one.threshold.status == "published":
                assert one.threshold.source is not None, one.name
                assert one.threshold.adapted is not None, one.name


def test_minutes_in_a_shipped_label_are_those_of_the_right(shipped: list[RightsCatalogue]) -> None:
    for each in shipped:
        for one in each.rights:
            for text in (one.label.en, one.label.fr):
                minutes = re.search(r"(\d+)[ -]minute", text)
                assert minutes is None or int(minutes[1]) == one.within_min, text
                share = re.search(r"(\d+) %", text)
                assert share is None or int(share[1]) / 100 == one.at_least_share, text


def test_shipped_catalogues_use_the_common_vocabulary(shipped: list[RightsCatalogue]) -> None:
    assert all(each.services == {} for each in shipped)
    assert min(len(each.rights) for each in shipped) >= 6


def test_a_shipped_catalogue_is_found_in_the_source_tree_and_when_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert shipped_catalogue("eu").is_file()
    installed = tmp_path / "data" / "rights" / "eu.yaml"
    installed.parent.mkdir(parents=True)
    installed.touch()
    monkeypatch.setattr("access.rights_catalogue.resources.files", lambda _: tmp_path)
    assert shipped_catalogue("eu") == installed


def test_the_guide_to_catalogues_lists_exactly_the_keys_of_the_models() -> None:
    guide = (ROOT / "configs" / "rights" / "README.md").read_text(encoding="utf-8")
    assert key_reference(RightsCatalogue) in guide
    assert [name for name in SERVICES if f"`{name}`" not in guide] == []
    assert [name for name in SHIPPED if f"`{name}.yaml`" not in guide] == []


# The section of a configuration


def test_services_of_a_run_are_found_under_their_own_name_or_as_mapped() -> None:
    config = RightsConfig(catalogues=["eu"], services={"school": ["primary", "secondary"]})
    known = ["jobs", "primary", "secondary"]
    assert config.opportunities_of("jobs", known) == ["jobs"]
    assert config.opportunities_of("school", known) == ["primary", "secondary"]
    assert config.opportunities_of("hospital", known) == []
    assert config.opportunities_of("school", ["primary"]) == []  # a part would understate
    assert config.slow_walk_speed_km_h == 2.88


def test_names_that_the_configuration_does_not_have_are_refused() -> None:
    config = RightsConfig(
        catalogues=["eu"],
        services={"school": ["scols"], "hospital": [], "jobs": ["jobs", "jobs"]},
        groups={"school_age": ["kids"], "everyone": ["old"]},
    )
    assert list(rights_problems(config, ["jobs"], ["old"])) == [
        "rights.services.school: 'scols' is none of opportunities: ['jobs']",
        "rights.services.hospital: is empty; name at least one of opportunities, or leave it out",
        "rights.services.jobs: 'jobs' stands twice and would count twice",
        "rights.groups.school_age: 'kids' is none of people.groups: ['old']",
        "rights.groups.everyone: everyone is `people.population_column`; leave this out",
    ]


def test_an_unknown_kind_of_people_is_refused() -> None:
    with pytest.raises(ValidationError, match="tourists"):
        RightsConfig.model_validate({"catalogues": ["eu"], "groups": {"tourists": ["x"]}})
