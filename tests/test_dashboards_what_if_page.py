"""The page "what if": draft, words of a result, map of a difference, chart, what callbacks do."""

from __future__ import annotations

import copy
import math
from types import SimpleNamespace
from typing import Any

import builders_what_if_page as builders
import numpy as np
import pandas as pd
import pytest

from dashboards import what_if_actions as actions
from dashboards.charts_what_if import winners_chart
from dashboards.maps_difference import (
    collection_of,
    difference_cells,
    overlay_of_changes,
    overlay_of_places,
)
from dashboards.run_data import RunData
from dashboards.what_if_form_read import City, Place, point_words, usual_count
from dashboards.what_if_form_view import usual_values
from dashboards.what_if_page_answers import client_of, key_of_job, said_before
from dashboards.what_if_page_draft import (
    draft_of_text,
    link_of,
    loaded_file,
    planned_feeds,
    without_made_name,
)
from dashboards.what_if_page_form_filled import opened
from dashboards.what_if_page_parts import (
    distinct_names,
    headline_block,
    progress_block,
    result_block,
    side_block,
)
from dashboards.what_if_result import WhatIfResult
from dashboards.what_if_shown import (
    SECTIONS,
    compared_table,
    headline_sentences,
    read_of,
    sections_of,
    whole_table,
)
from dashboards.words import words

EN, FR = words("en"), words("fr")
REMOVE = {"type": "remove-trips", "routes": ["R"]}
DWELL = {"type": "adjust-dwell-time", "routes": ["R"], "dwell_secs": 20}


@pytest.fixture(scope="module")
def disc(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunData, WhatIfResult]:
    return builders.result(tmp_path_factory.mktemp("disc"))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunData, WhatIfResult]:
    """The first result, before the noise is known."""
    return builders.result(tmp_path_factory.mktemp("first"), final=False, noise_quantified=False)


# ---- the draft


def test_changes_are_added_replaced_removed_and_ordered_without_touching_the_draft_given() -> None:
    before = actions.add(actions.empty(), [REMOVE, DWELL])
    kept = copy.deepcopy(before)
    assert actions.changes_in(actions.replace(before, 0, [DWELL, DWELL])) == [DWELL] * 3
    assert actions.changes_in(actions.replace(before, 9, [DWELL])) == [REMOVE, DWELL, DWELL]
    assert actions.changes_in(actions.remove(before, 0)) == [DWELL]
    assert actions.changes_in(actions.remove(before, 9)) == [REMOVE, DWELL]
    assert actions.changes_in(actions.reorder(before, 0, 1)) == [DWELL, REMOVE]
    assert actions.changes_in(actions.reorder(before, 0, -1)) == [REMOVE, DWELL]
    assert before == kept


@pytest.mark.parametrize(
    "given",
    [None, [], "x", {"modifications": "x"}, {"modifications": [1, {"type": "rm -rf"}, {}]}, {"name": 5}],
)
def test_what_is_no_draft_becomes_one_without_changes(given: Any) -> None:
    assert actions.changes_in(actions.draft_of(given)) == []


def test_a_draft_holds_no_more_than_its_most_changes_and_a_name_no_more_than_its_letters() -> None:
    draft = actions.draft_of({"name": {"en": "x" * 900}, "modifications": [REMOVE] * 900})
    assert len(actions.changes_in(draft)) == actions.MOST_CHANGES
    assert len(draft["name"]["en"]) == actions.LONGEST_NAME


def test_a_scenario_without_a_name_is_named_after_its_changes_in_both_languages() -> None:
    made = actions.scenario_of(actions.add(actions.empty(), [REMOVE]), City())
    assert made["name"] == {"en": "Line R: no longer runs", "fr": "Ligne R\u00a0: ne circule plus"}
    assert actions.scenario_of(actions.named(made, "  My   plan "), City())["name"] == "My plan"
    assert actions.name_shown(actions.named(made, ""), EN) == ""


def test_four_scenarios_are_kept_and_the_oldest_goes() -> None:
    kept: Any = None
    for key in "abcde":
        kept = actions.keep_scenario(kept, {"key": key, "run": "disc"})
    kept = actions.keep_scenario(kept, {"key": "c", "run": "disc"})
    assert [each["key"] for each in kept] == ["b", "d", "e", "c"]
    assert [each["key"] for each in actions.drop_scenario(kept, "d")] == ["b", "e", "c"]
    assert actions.kept_scenarios([{"key": "../x"}, 5, {"key": 3}]) == []


def test_a_link_restores_the_scenario_and_one_too_long_says_so() -> None:
    who: Any = SimpleNamespace(words=EN, data=None)
    draft = actions.named(actions.add(actions.empty(), [REMOVE]), "Plan")
    text, told = link_of_city(draft, who)
    restored = draft_of_text(text, City())
    assert restored is not None
    assert actions.changes_in(restored) == [REMOVE]
    unnamed, _ = link_of_city(actions.named(draft, ""), who)
    assert draft_of_text(unnamed, City())["name"] == ""  # type: ignore[index]
    assert told == EN("what_if.link.ready")
    places = [[k * math.pi % 1, k * math.e % 1] for k in range(1800)]
    long = actions.add(draft, [{"type": "add-streets", "line_strings": [places]}])
    assert link_of_city(long, who) == ("", EN("what_if.link.too_long"))
    assert link_of_city(actions.empty(), who) == ("", [])
    assert draft_of_text("nonsense", City()) is None
    assert draft_of_text("", City()) is None


def link_of_city(draft: Any, who: Any) -> tuple[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dashboards.what_if_page_draft.city", lambda _: City())
        return link_of(draft, who)


def test_a_file_that_is_no_scenario_is_told_and_the_draft_stays() -> None:
    _, told = loaded_file("data:;base64,bm90aGluZw==", SimpleNamespace(words=FR, data=None))  # type: ignore[arg-type]
    assert "role='alert'" in str(told)


def test_a_name_that_the_changes_gave_follows_them_after_saving_and_loading() -> None:
    places = {"type": "add-opportunities", "service": "jobs", "at": [0.1, 0.1], "count": 1, "name": "N" * 60}
    for changes in ([REMOVE], [REMOVE, REMOVE], [{**places, "name": "N" * 300}]):
        bare = actions.add(actions.empty(), changes)
        saved = actions.scenario_of(bare, City())
        assert without_made_name(actions.draft_of(saved), City()) == bare
        assert without_made_name({**bare, "name": saved["name"]["fr"][:120]}, City()) == bare
        written = actions.named(bare, "Plan")
        assert without_made_name(written, City()) == written


def test_a_point_is_named_in_the_language_of_the_page_wherever_it_was_made() -> None:
    for made in (EN, FR):
        name = made("what_if.places.near", name="Gare")
        assert point_words(name, EN) == "near Gare"
        assert point_words(name, FR) == FR("what_if.places.near", name="Gare")
    assert point_words("Nearby", EN) == "Nearby"
    assert point_words("", FR) == ""


def test_a_form_proposes_what_is_usual_of_its_service() -> None:
    cells = pd.DataFrame({"n_jobs": [0.0, 112.0, 90.0, 150.0], "n_clinics": 0.0})
    counts = {name: usual_count(cells, name) for name in ("jobs", "clinics", "unknown")}
    assert counts == {"jobs": 100, "clinics": 1, "unknown": 1}
    here = City(services={"clinics": None, "jobs": None}, usual=counts)
    assert usual_values("add_service", {}, here) == {"count": 1}
    assert usual_values("move_service", {"service": "jobs"}, here) == {"count": 100}
    assert usual_values("remove_service", {"service": "jobs"}, here) == {}
    assert usual_values("", {}, here) == {}


def test_equal_names_get_a_number() -> None:
    kept = [{"key": key, "name": {"en": "Plan", "fr": "Projet"}} for key in "abc"]
    kept += [{"key": "d", "name": "Plan (2)"}]
    assert list(distinct_names(kept, EN).values()) == ["Plan", "Plan (2)", "Plan (3)", "Plan (2) (2)"]


def test_a_result_of_another_scenario_is_marked_while_one_is_computed() -> None:
    who: Any = SimpleNamespace(words=EN, data=SimpleNamespace(name="disc"))
    job, before = {"run": "disc", "key": "a" * 64}, {"key": "b" * 64}
    assert EN("what_if.result.before") in str(said_before(job, before, False, who))
    assert said_before(job, before, True, who) == []  # nothing is computed
    assert said_before(job, {"key": "a" * 64}, False, who) == []
    assert said_before(job, None, False, who) == []
    assert said_before({}, before, False, who) == []


def test_what_the_browser_keeps_of_jobs_forms_and_timetables_is_checked() -> None:
    key = "a" * 64
    assert key_of_job({"run": "disc", "key": key}, "disc") == key
    assert key_of_job({"run": "other", "key": key}, "disc") == ""
    assert key_of_job({"run": "disc", "key": "../../etc"}, "disc") == ""
    assert key_of_job("x", "disc") == ""
    assert len(client_of(None)) == 32
    assert client_of({"client": "b" * 32}) == "b" * 32
    assert client_of({"client": "<b>"}) != "<b>"
    assert opened({"kind": "rm", "number": "x", "values": 3}) == {
        "kind": "", "values": {}, "places": [], "number": -1, "n": 0,
    }  # fmt: skip
    assert planned_feeds({"run": "disc", "feeds": {"bus": "hash"}}, "disc") == {"bus": "hash"}
    assert planned_feeds({"run": "other", "feeds": {"bus": "hash"}}, "disc") == {}
    assert planned_feeds("x", "disc") == {}


# ---- the result in words


def test_the_headline_says_who_gains_who_loses_and_what_it_costs(disc: tuple[RunData, WhatIfResult]) -> None:
    data, result = disc
    told = [headline_sentences(data, result, said) for said in (EN, FR)]
    gaining = EN.texts.plural("residents", result.headline["residents_gaining"])
    assert told[0][0].startswith(gaining)
    assert "lose" not in told[0][0] or result.headline["residents_losing"] > 0
    assert len(told[0]) == len(told[1]) >= 2
    assert all("{" not in sentence for each in told for sentence in each)


def test_a_first_result_says_that_it_is_one(first: tuple[RunData, WhatIfResult], disc: Any) -> None:
    marked, done = (str(headline_block(data, result, EN)) for data, result in (first, disc))
    assert EN("what_if.first_result") in marked
    assert EN("what_if.first_result") not in done


def test_before_the_noise_is_known_counts_are_the_most_there_can_be(first: Any) -> None:
    data, result = first
    mean = {"base": 100.0, "value": 90.0}
    moved = {"residents_gaining": 5.0, "residents_losing": 7.0, "mean": mean}
    made = with_changes(result, headline={**result.headline, **moved})
    average, most, *_ = headline_sentences(data, made, EN)
    assert average.startswith("On average a resident reaches fewer")
    assert most.startswith("At most 5 residents reach more and at most 7 residents fewer")
    assert most.endswith("is being computed.")
    final = with_changes(made, final=True)
    assert "not known" in headline_sentences(data, final, EN)[1]
    table = compared_table([made], EN)
    assert table is not None
    assert table.rows[0][1:3] == ("at most 5", "at most 7")


@pytest.mark.parametrize(
    ("value", "key"), [(100.0, "same"), (100.9, "hardly"), (102.0, "more"), (98.0, "fewer")]
)
def test_the_size_of_the_change_stands_beside_the_counts(disc: Any, value: float, key: str) -> None:
    data, result = disc
    moved = {"residents_gaining": 5.0, "residents_losing": 0.0, "mean": {"base": 100.0, "value": value}}
    said = headline_sentences(data, with_changes(result, headline={**result.headline, **moved}), EN)[1]
    assert said.startswith(EN(f"what_if.result.headline.mean_{key}").split("{")[0])


@pytest.mark.parametrize(
    ("base", "value", "key"), [(0.57, 0.49, "below"), (2.0, 1.5, "above"), (1.2, 0.9, "around")]
)
def test_the_ratio_says_what_one_means(disc: Any, base: float, value: float, key: str) -> None:
    data, result = disc
    ratio = {"base": base, "value": value, "change": value - base}
    for said in (EN, FR):
        made = with_changes(result, headline={**result.headline, "palma": ratio})
        assert said(f"what_if.result.gap_{key}_one") in headline_sentences(data, made, said)


@pytest.mark.parametrize(
    ("gain", "lose", "key"),
    [(0.0, 0.0, "nobody"), (5.0, 0.0, "gain_none_lose"), (0.0, 5.0, "lose_none_gain"),
     (5.0, 5.0, "gain_and_lose"), (math.nan, 5.0, "few")],
)  # fmt: skip
def test_every_outcome_has_its_sentence(disc: Any, gain: float, lose: float, key: str) -> None:
    data, result = disc
    headline = {**result.headline, "residents_gaining": gain, "residents_losing": lose}
    said = headline_sentences(data, with_changes(result, headline=headline), EN)[0]
    start = EN(f"what_if.result.headline.{key}").split("{")[0].split("}")[-1]
    assert said.startswith(start) or key in ("gain_none_lose", "gain_and_lose", "lose_none_gain")
    assert ("fewer" in said) == (key != "few")


def test_a_run_without_data_at_the_headline_says_so(disc: Any) -> None:
    data, result = disc
    bare = with_changes(result, headline={**result.headline, "residents": math.nan})
    assert headline_sentences(data, bare, EN)[0] == EN("what_if.result.no_data")


@pytest.mark.parametrize("said", [EN, FR], ids=["en", "fr"])
def test_every_section_is_drawn_or_says_why_not(disc: Any, first: Any, said: Any) -> None:
    for data, result in (disc, first):
        sections = sections_of(data, result, said)
        assert set(sections) == set(SECTIONS)
        assert all(each.absent or each.sentences or each.tables for each in sections.values())
        assert "nan" not in str(result_block(data, result, said)).lower().replace("finance", "")
    assert sections_of(*first, said)["register"].absent == said("what_if.first_result_note")


def test_scenarios_stand_side_by_side_and_one_that_is_gone_says_so(disc: Any) -> None:
    data, result = disc
    table = compared_table([result, with_changes(result, key="b" * 64)], EN)
    assert table is not None
    assert len(table.rows) == 2
    assert compared_table([], EN) is None
    assert len(whole_table(data, [result, with_changes(result, key="b" * 64)], EN).columns) == 4
    kept = [{"key": result.key, "name": result.name}, {"key": "c" * 64, "name": "<b>gone</b>"}]
    drawn = str(side_block(data, kept, {result.key: result}, result.key, EN))
    assert EN("what_if.side.expired") in drawn


def test_progress_is_said_once_and_the_seconds_are_only_shown() -> None:
    drawn = str(progress_block("computing", "Walks", 0.5, 12.3, EN))
    assert "role='status'" in drawn
    assert "12 s" not in drawn.split("role='status'")[0].rsplit("Span(", 1)[-1]


# ---- map and chart


def test_the_map_tells_gain_loss_noise_and_no_data_apart_without_colours(disc: Any) -> None:
    data, result = disc
    cell_map, change = difference_cells(data, result, EN)
    pattern = {entry.key: entry.pattern for entry in cell_map.legend}
    looks = {key.partition("_")[0]: each for key, each in pattern.items()}
    assert looks["gain"] == ""
    assert looks["loss"] == "crosses"
    assert looks["noise"] == "dots"
    ring = builders.comparison.ring_of(data.run.cells)
    shown = [cell_map.legend[entry].key.partition("_")[0] for entry in cell_map.entry_of_cell]
    known = (np.nan_to_num(data.run.cells["population"].to_numpy()) > 0) & np.isfinite(change)
    assert {shown[k] for k in np.flatnonzero((ring == 3) & known)} == {"noise"}
    assert {shown[k] for k in np.flatnonzero((ring == 6) & known)} == {"loss"}
    assert set(np.unique(change[(ring == 6) & np.isfinite(change)])) == {-50.0}
    assert len(change) == len(data.run.cells)


def test_scenarios_of_one_comparison_share_the_classes_of_the_map(disc: Any) -> None:
    data, result = disc
    larger = result.cells.assign(headline_change=result.cells["headline_change"] * 10)
    other = with_changes(result, cells=larger, key="b" * 64)
    alone, _ = difference_cells(data, result, EN)
    together, _ = difference_cells(data, result, EN, [other])
    assert [entry.label for entry in alone.legend] != [entry.label for entry in together.legend]


def test_changed_lines_and_places_being_chosen_are_features_that_no_click_meets(disc: Any) -> None:
    line = {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
            "properties": {"kind": "new", "id": "x", "label": "<b>20</b>"}}  # fmt: skip
    result = with_changes(disc[1], lines={"type": "FeatureCollection", "features": [line]})
    features = overlay_of_changes(result, EN)
    assert features[0]["properties"]["label"].startswith("<b>20</b>: ")  # shown as text, never as markup
    assert overlay_of_changes(None, EN) == []
    drawn = overlay_of_places([Place("A", 1, 2), Place("B", 3, 4)], joined=True)
    assert [each["geometry"]["type"] for each in drawn] == ["LineString", "Point", "Point"]
    assert len(overlay_of_places([Place("A", 1, 2)], joined=True)) == 1
    every = collection_of(features, drawn)["features"]
    assert not any(each["properties"]["clickable"] for each in every)


def test_the_chart_puts_gains_right_and_losses_left_with_a_table_of_the_same_rows(disc: Any) -> None:
    for said in (EN, FR):
        chart = winners_chart(read_of(*disc), said)
        assert chart is not None
        gains, losses = chart.figure.data
        assert all(value >= 0 for value in gains.x)
        assert all(value <= 0 for value in losses.x)
        assert losses.marker.pattern.shape
        assert [row[0] for row in chart.table.rows] == list(gains.y)
        assert chart.sentence.startswith(chart.table.caption)


def test_without_anybody_known_there_is_no_chart(disc: Any) -> None:
    data, result = disc
    nobody = with_changes(result, winners=result.winners.iloc[:0])
    assert winners_chart(read_of(data, nobody), EN) is None


def with_changes(result: WhatIfResult, **changes: Any) -> WhatIfResult:
    from dataclasses import replace

    return replace(result, **changes)
