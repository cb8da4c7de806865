"""A view and its URL: what is restored, what is replaced by the run's own choice, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders_report import write_run

from dashboards import shell
from dashboards.run_data import RunError, Runs
from dashboards.view import PAGES, View, frame_of, groups_of, view_of_table, view_of_url
from dashboards.words import words


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    folder = tmp_path_factory.mktemp("runs")
    return Runs([write_run(folder / "Hexville"), write_run(folder / "other" / "hexville"), folder / "gone"])


def test_runs_of_one_name_are_told_apart_and_no_folder_is_in_a_name(runs: Runs) -> None:
    assert runs.names == ["hexville", "hexville-2", "gone"]


def test_a_view_comes_back_from_its_own_url(runs: Runs) -> None:
    cell = runs.get("hexville").cell_ids[3]
    view = View(
        "rights", "fr", "hexville-2", "schools", 30, 50, "midday", "decile_2", cell, {"zone": "x y&z"}
    )
    assert view_of_url(*view.url().split("?"), runs) == view


def test_choices_that_the_run_does_not_have_become_its_own(runs: Runs) -> None:
    odd = {"service": "castles", "cutoff": "999", "percentile": "no", "period": "noon", "group": "all cats"}
    view = view_of_table({**odd, "page": "gaps", "cell": "89ffffffffffff"}, runs)
    headline = runs.get("hexville").run.headline
    assert (view.service, view.cutoff_min, view.period) == headline
    assert (view.percentile, view.group, view.cell) == (50, "all", "")


def test_a_link_to_a_run_that_is_not_served_shows_no_other_run(runs: Runs) -> None:
    with pytest.raises(RunError, match="unknown"):
        view_of_table({"run": "nope"}, runs)
    assert frame_of({"run": "nope"}, runs) == ("gaps", "en", "nope")
    text = str(shell.body(runs, {"run": "nope"}, ("gaps", "fr", "nope")))
    assert words("fr")("run_problem.unknown") in text


def test_pages_that_may_show_another_city_say_whose_limits_the_banner_tells(runs: Runs) -> None:
    for page, is_named in (("time", True), ("cities", True), ("gaps", False)):
        banner = next(
            str(part)
            for part in shell.body(runs, {}, (page, "en", "hexville"))
            if getattr(part, "className", "") == "limits"
        )
        assert "A made-up disc of cells." in banner
        assert ("Limits of the data of Hexville:" in banner) is is_named


def test_an_unknown_page_says_so_and_keeps_the_way_to_the_others(runs: Runs) -> None:
    text = str(shell.body(runs, {"page": "nothing"}, ("nothing", "en", "hexville")))
    assert words("en")("unknown_page.title") in text
    assert all(f"'/{page}'" in text for page in PAGES)


def test_the_window_is_named_after_page_and_city(runs: Runs) -> None:
    title = next(
        part for part in shell.body(runs, {}, ("rights", "fr", "hexville")) if part.id == "page-title"
    )
    assert title.children.startswith("Droits · ")
    assert title.children.endswith(" · fairreach")


def test_values_of_a_client_are_cut_and_counted(runs: Runs) -> None:
    many = {f"key{n}": "v" * 10_000 for n in range(100)}
    view = view_of_table(many, runs)
    assert len(view.more) <= 40
    assert max(map(len, view.more.values())) <= 6_000
    assert frame_of({"page": "p" * 5_000}, runs)[0] == "p" * 80
    assert view_of_url("/gaps", "&".join(f"a{n}=1" for n in range(9_000)), runs).more == {}


def test_groups_are_those_that_the_cells_can_tell(runs: Runs) -> None:
    assert groups_of(runs.get("hexville"))[:4] == ["all", "poorest40", "richest10", "decile_1"]


def test_a_run_that_is_gone_says_so(runs: Runs) -> None:
    with pytest.raises(RunError, match="gone"):
        runs.get("gone")


def test_a_table_of_a_wrong_kind_is_an_empty_view(runs: Runs) -> None:
    assert view_of_table(None, runs) == view_of_table({}, runs)
    assert isinstance(runs.get("hexville").folder, Path)
