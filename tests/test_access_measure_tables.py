"""The door of measures on tables: ids, missing values, repeated pairs, files of any size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from access import measure_tables_pairs, measure_tables_source
from access.decay import decay_binary, decay_exponential
from access.errors import AccessError, DataQualityWarning, InputDataError, ResultError
from access.measure_tables_door import TravelTable, amounts_of, travel_table
from access.measure_tables_ids import coded
from access.measure_tables_pairs import StreamedCosts
from access.measures import cumulative
from access.measures_costs import balancing_cost, cost_to_closest
from access.measures_cumulative import cumulative_cutoff
from access.measures_gravity import gravity
from access.pairs import pairs_file
from access.weights import ByteCosts

MATRIX = pd.DataFrame(
    {
        "from_id": ["b", "b", "a", "a", "c"],
        "to_id": ["a", "b", "a", "c", "a"],
        "travel_time": [20.0, 0.0, 0.0, 40.0, np.nan],
    }
)
LAND = pd.DataFrame({"id": ["c", "a", "b"], "jobs": [100, 1, 10], "people": [1, 2, 3]})


def reached(matrix, land: pd.DataFrame = LAND, **options) -> dict:
    table = cumulative_cutoff(matrix, land, "jobs", "travel_time", 30, **options)
    return dict(zip(table["id"], table["jobs"], strict=True))


def test_rows_come_sorted_by_id_and_who_reaches_nothing_has_zero() -> None:
    assert reached(MATRIX) == {"a": 1, "b": 11, "c": 0}
    assert list(reached(MATRIX)) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "convert",
    [
        lambda ids: ids.astype(object),
        lambda ids: ids.astype("str"),
        lambda ids: ids.astype("string"),
        lambda ids: ids.astype("category"),
        lambda ids: ids.astype(pd.CategoricalDtype(["z", "c", "b", "a"])),
        lambda ids: ids.astype(pd.ArrowDtype(pa.string())),
    ],
)
def test_text_ids_of_any_type_match(convert) -> None:
    matrix = MATRIX.assign(from_id=convert(MATRIX["from_id"]), to_id=convert(MATRIX["to_id"]))
    assert reached(matrix) == reached(MATRIX)
    assert reached(MATRIX, LAND.assign(id=convert(LAND["id"]))) == reached(MATRIX)


@pytest.mark.parametrize("kind", [np.int64, np.int16, "Int64", "category"])
def test_integer_ids_match_integers(kind) -> None:
    number = {"a": 1, "b": 2, "c": 3}
    matrix = MATRIX.assign(**{name: MATRIX[name].map(number).astype(kind) for name in ("from_id", "to_id")})
    assert reached(matrix, LAND.assign(id=LAND["id"].map(number))) == {1: 1, 2: 11, 3: 0}


def test_integers_do_not_match_text() -> None:
    matrix = MATRIX.assign(from_id=[2, 2, 1, 1, 3], to_id=[1, 2, 1, 3, 1])
    with pytest.raises(InputDataError, match="ids are integers in travel_matrix and text in land_use_data"):
        reached(matrix)


def test_ids_that_mix_text_and_numbers_are_refused() -> None:
    with pytest.raises(InputDataError, match="from_id mixes text and numbers"):
        reached(MATRIX.assign(from_id=pd.Series(["b", "b", 1, 1, "c"], dtype=object)))


@given(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=30), st.sampled_from([object, "str", "category"])
)
def test_coding_keeps_every_id(ids: list[str], kind) -> None:
    column = coded(pd.Series(ids, dtype=kind))
    assert list(column.values[column.codes]) == ids


def test_long_runs_of_one_id_are_coded_by_their_first() -> None:
    ids = pd.Series(["b"] * 50 + ["a"] * 50 + ["b"] * 50, dtype=object)
    column = coded(ids)
    assert list(column.values[column.codes]) == list(ids)


def test_a_place_of_land_use_without_rows_does_not_appear() -> None:
    land = pd.concat([LAND, pd.DataFrame({"id": ["d"], "jobs": [1000], "people": [1]})])
    assert reached(MATRIX, land) == reached(MATRIX)


def test_an_id_that_land_use_lacks_is_unknown_to_who_reaches_it() -> None:
    with pytest.warns(DataQualityWarning, match="lacks 1 of 3 ids of the travel matrix, such as 'b'"):
        found = reached(MATRIX, LAND[LAND["id"] != "b"])
    assert found["a"] == 1
    assert np.isnan(found["b"])
    assert found["c"] == 0


def test_a_missing_number_is_unknown_to_who_reaches_it() -> None:
    land = LAND.assign(jobs=[np.nan, 1, 10])
    with pytest.warns(DataQualityWarning, match="no jobs for 1 ids, such as 'c': it is unknown there, not 0"):
        table = cumulative_cutoff(MATRIX, land, "jobs", "travel_time", [30, 60])
    assert table["jobs"].isna().tolist() == [False, True, False, False, False, False]
    with pytest.warns(DataQualityWarning, match="no jobs"):
        assert gravity(MATRIX, land, "jobs", "travel_time", decay_binary(30))["jobs"].tolist() == [1, 11, 0]


def test_numbers_may_be_python_objects_and_missing_ones_any_kind_of_null() -> None:
    for missing in (None, np.nan, pd.NA):
        times = pd.Series([20, 0, 0.0, 40, missing], dtype=object)
        assert reached(MATRIX.assign(travel_time=times)) == reached(MATRIX)
    assert reached(MATRIX.assign(travel_time=MATRIX["travel_time"].astype("UInt8"))) == reached(MATRIX)


def test_without_any_opportunities_nobody_reaches_any() -> None:
    nothing = LAND.assign(jobs=0)
    assert reached(MATRIX, nothing) == {"a": 0, "b": 0, "c": 0}
    assert np.isinf(cost_to_closest(MATRIX, nothing, "jobs", "travel_time")["travel_time"]).all()
    assert gravity(MATRIX, nothing, "jobs", "travel_time", decay_exponential(0.1))["jobs"].tolist() == [
        0,
        0,
        0,
    ]
    assert balancing_cost(MATRIX, nothing, "jobs", "travel_time", "people")["travel_time"].isna().all()


def test_whole_opportunities_stay_whole_numbers() -> None:
    assert cumulative_cutoff(MATRIX, LAND, "jobs", "travel_time", 30)["jobs"].dtype == np.int64
    shares = LAND.assign(jobs=[0.5, 0.25, 0.25])
    assert cumulative_cutoff(MATRIX, shares, "jobs", "travel_time", 30)["jobs"].tolist() == [0.25, 0.5, 0]


def test_all_problems_of_land_use_are_told_at_once() -> None:
    land = pd.DataFrame({"id": ["a", "a"], "jobs": [-1, 2], "people": ["x", "y"]})
    with pytest.raises(
        InputDataError, match=r"'a' more than once; jobs must not be negative, got -1; people must be num"
    ):
        amounts_of(land, ["jobs", "people"], pd.Index(["a"]))
    with pytest.raises(InputDataError, match="id has missing values; jobs must be finite"):
        amounts_of(pd.DataFrame({"id": ["a", None], "jobs": [np.inf, 1]}), ["jobs"], pd.Index(["a"]))
    with pytest.raises(InputDataError, match=r"land_use_data has no column 'id', 'jobs'; it has name"):
        amounts_of(pd.DataFrame({"name": ["a"]}), ["jobs"], pd.Index(["a"]))


def test_all_problems_of_the_matrix_are_told_at_once() -> None:
    with pytest.raises(
        InputDataError, match=r"travel_matrix has no column 'cost', 'mode'; it has from_id, to_id"
    ):
        travel_table(MATRIX, "cost", group_by="mode")
    bad = MATRIX.assign(to_id=["a", None, "a", "c", "a"], travel_time=[-1, 0, 0, 0, 0])
    with pytest.raises(
        InputDataError, match="to_id has missing values; travel_time must not be negative, got -1"
    ):
        travel_table(bad, "travel_time")
    for strange in ("soon", "20", pd.Timedelta(minutes=20), [[20]] * 5):
        with pytest.raises(InputDataError, match="travel_time must be numbers"):
            travel_table(MATRIX.assign(travel_time=strange), "travel_time")
    for missing in (None, np.nan, pd.NA):
        ids = pd.Series(["a", missing] + ["b"] * 20, dtype=object)
        bad = pd.DataFrame({"from_id": ids, "to_id": "a", "travel_time": 1})
        with pytest.raises(InputDataError, match="from_id has missing values"):
            travel_table(bad, "travel_time")
    with pytest.raises(AccessError, match="group_by may not name to_id; duplicate_pairs must be"):
        travel_table(MATRIX, "travel_time", group_by="to_id", duplicate_pairs="first")  # type: ignore[arg-type]


def test_groups_too_many_to_count_are_refused(monkeypatch) -> None:
    from access.measure_tables_rows import Layout

    monkeypatch.setattr(Layout, "n_origins", 2**31)
    with pytest.raises(InputDataError, match="1 groups are too many"):
        travel_table(MATRIX, "travel_time")


def test_no_rows_give_a_table_without_rows() -> None:
    empty = MATRIX.iloc[:0]
    for table in (
        cumulative_cutoff(empty, LAND, "jobs", "travel_time", [30, 60]),
        gravity(empty.assign(mode=""), LAND, "jobs", "travel_time", decay_exponential(0.1), "mode"),
        cost_to_closest(empty, LAND, "jobs", "travel_time"),
        balancing_cost(empty, LAND, "jobs", "travel_time", "people"),
    ):
        assert len(table) == 0
        assert table.columns[0] == "id"


def test_the_callers_tables_are_not_changed() -> None:
    matrix, land = MATRIX.copy(deep=True), LAND.copy(deep=True)
    reached(matrix, land, group_by=())
    balancing_cost(matrix, land, "jobs", "travel_time", "people")
    pd.testing.assert_frame_equal(matrix, MATRIX)
    pd.testing.assert_frame_equal(land, LAND)


TWICE = pd.concat([MATRIX, pd.DataFrame({"from_id": ["b"], "to_id": ["a"], "travel_time": [10.0]})])


def test_a_pair_with_two_rows_counts_once_at_its_lowest_cost() -> None:
    with pytest.warns(DataQualityWarning, match="has 1 rows that repeat a pair"):
        assert reached(TWICE)["b"] == 11
    with pytest.warns(DataQualityWarning, match="lowest cost"):
        assert cost_to_closest(TWICE, LAND, "jobs", "travel_time", 11)["travel_time"].tolist() == [
            40,
            10,
            np.inf,
        ]


def test_a_pair_with_two_rows_may_count_twice_as_in_r() -> None:
    assert reached(TWICE, duplicate_pairs="sum")["b"] == 12


def test_rows_of_different_groups_do_not_repeat_each_other() -> None:
    modes = TWICE.assign(mode=["bus"] * 5 + ["car"])
    table = cumulative_cutoff(modes, LAND, "jobs", "travel_time", 30, "mode")
    assert list(table.columns) == ["id", "mode", "jobs"]
    assert table.to_numpy().tolist() == [
        ["a", "bus", 1], ["a", "car", 0], ["b", "bus", 11], ["b", "car", 1], ["c", "bus", 0], ["c", "car", 0],
    ]  # fmt: skip


def test_pairs_are_found_repeated_among_very_many_possible_ones() -> None:
    n = 200_000
    ids = np.arange(n)
    matrix = pd.DataFrame({"from_id": ids, "to_id": ids, "travel_time": 1.0})
    matrix = pd.concat([matrix, matrix.iloc[-1:]])
    with pytest.warns(DataQualityWarning, match="has 1 rows that repeat a pair"):
        assert len(travel_table(matrix, "travel_time").costs.cost) == n  # type: ignore[union-attr]


def test_only_the_study_area_gets_rows_while_what_lies_beyond_counts() -> None:
    assert reached(MATRIX, study_area=["b", "z"]) == {"b": 11}
    passive = cumulative_cutoff(
        MATRIX, LAND, "people", "travel_time", 30, active=False, study_area=pd.Series(["a"])
    )
    assert passive.to_numpy().tolist() == [["a", 5]]
    with pytest.raises(InputDataError, match="study_area has none of the 3 from_ids"):
        reached(MATRIX, study_area=["z"])
    with pytest.raises(InputDataError, match="integers in study_area"):
        reached(MATRIX, study_area=[1])


class TestFiles:
    """Tables in Parquet, too large for memory (with a bound of a few rows)."""

    @pytest.fixture
    def matrix(self) -> pd.DataFrame:
        random = np.random.default_rng(1)
        pairs = pd.MultiIndex.from_product([[f"p{i:02}" for i in range(20)]] * 2, names=["from_id", "to_id"])
        table = pairs.to_frame(index=False).sample(350, random_state=1)
        return table.assign(travel_time=random.integers(0, 90, 350).astype(float)).reset_index(drop=True)

    @pytest.fixture
    def land(self) -> pd.DataFrame:
        random = np.random.default_rng(2)
        return pd.DataFrame(
            {
                "id": [f"p{i:02}" for i in range(20)],
                "jobs": random.integers(0, 9, 20),
                "people": random.integers(0, 20, 20),
            }
        )

    @pytest.fixture
    def small_memory(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(measure_tables_pairs, "ROWS_IN_MEMORY", 100)
        monkeypatch.setattr(measure_tables_source, "ROWS_A_PART", 60)

    @pytest.fixture
    def folder(self, tmp_path: Path, matrix: pd.DataFrame) -> Path:
        (tmp_path / "m").mkdir()
        schema = pa.schema(
            [(name, pa.dictionary(pa.int32(), pa.string())) for name in ("from_id", "to_id")]
            + [("travel_time", pa.uint8())]
        )
        for number in range(2):
            rows = matrix.iloc[number::2].astype({"travel_time": "UInt8"})
            table = pa.Table.from_pandas(rows, schema=schema, preserve_index=False)
            pq.write_table(table, tmp_path / "m" / f"part-{number}.parquet", row_group_size=50)
        pq.write_table(pa.table({"id": ["not", "pairs"]}), tmp_path / "m" / "_origins.parquet")
        return tmp_path / "m"

    @pytest.mark.usefixtures("small_memory")
    def test_measures_read_part_by_part_equal_those_in_memory(
        self, folder: Path, matrix: pd.DataFrame, land: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("access.measures_nearest.PAIRS_A_BLOCK", 70)
        assert isinstance(travel_table(folder, "travel_time").costs, StreamedCosts)
        for active in (True, False):
            for call in (
                lambda m, a: cumulative_cutoff(m, land, "jobs", "travel_time", [30, 60], active=a),
                lambda m, a: gravity(m, land, "jobs", "travel_time", decay_exponential([0.1, 0.2]), active=a),
                lambda m, a: cost_to_closest(m, land, "jobs", "travel_time", [1, 20], active=a),
                lambda m, a: balancing_cost(m, land, "jobs", "travel_time", "people", active=a),
            ):
                pd.testing.assert_frame_equal(call(folder, active), call(matrix, active), check_dtype=False)

    def test_a_file_that_fits_memory_is_held(
        self, folder: Path, matrix: pd.DataFrame, land: pd.DataFrame
    ) -> None:
        assert not isinstance(travel_table(str(folder), "travel_time").costs, StreamedCosts)
        assert reached(folder, land) == reached(matrix, land)

    @pytest.mark.usefixtures("small_memory")
    def test_a_repeated_pair_in_a_table_too_large_for_memory_is_an_error(
        self, tmp_path: Path, matrix: pd.DataFrame, land: pd.DataFrame
    ) -> None:
        pd.concat([matrix, matrix.iloc[:1]]).to_parquet(tmp_path / "m.parquet")
        with pytest.raises(InputDataError, match="1 rows repeat a pair of ids in a table too large"):
            reached(tmp_path / "m.parquet", land)
        table = cumulative_cutoff(
            tmp_path / "m.parquet", land, "jobs", "travel_time", 100, duplicate_pairs="sum"
        )
        once = cumulative_cutoff(matrix, land, "jobs", "travel_time", 100)
        jobs = land.set_index("id")["jobs"][matrix["to_id"][0]]
        assert (table["jobs"] - once["jobs"]).sum() == jobs

    @pytest.mark.usefixtures("small_memory")
    def test_very_many_possible_pairs_are_not_searched_for_repeated_ones(
        self, tmp_path: Path, matrix: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(measure_tables_pairs, "MOST_PAIRS_CHECKED", 10)
        pd.concat([matrix, matrix.iloc[:1]]).to_parquet(tmp_path / "m.parquet")
        assert isinstance(travel_table(tmp_path / "m.parquet", "travel_time"), TravelTable)

    def test_the_pairs_that_a_run_writes_give_what_its_matrix_gives(self, tmp_path: Path) -> None:
        random = np.random.default_rng(4)
        minutes = random.integers(0, 80, (1, 40, 40), dtype=np.uint8)
        minutes[minutes > 70] = 255
        ids = np.array([f"p{i:02}" for i in range(40)], dtype=object)
        land = pd.DataFrame({"id": ids, "jobs": random.integers(0, 9, 40)})
        (tmp_path / "p.parquet").write_bytes(pairs_file(minutes, ids, ids, ["travel_time_p50"]).content)
        table = cumulative_cutoff(tmp_path / "p.parquet", land, "jobs", "travel_time_p50", [20, 50])
        values = cumulative(ByteCosts(minutes[0]), land["jobs"].to_numpy(float), [20, 50])
        assert table["jobs"].tolist() == values.T.ravel().tolist()

    def test_a_file_may_have_integer_ids(self, tmp_path: Path) -> None:
        numbers = MATRIX.assign(from_id=[2, 2, 1, 1, 3], to_id=[1, 2, 1, 3, 1])
        numbers.to_parquet(tmp_path / "m.parquet")
        assert reached(tmp_path / "m.parquet", LAND.assign(id=[3, 1, 2])) == {1: 1, 2: 11, 3: 0}

    def test_a_file_without_rows_gives_a_table_without_rows(self, tmp_path: Path) -> None:
        MATRIX.iloc[:0].astype({"from_id": "str", "to_id": "str"}).to_parquet(tmp_path / "m.parquet")
        assert reached(tmp_path / "m.parquet") == {}

    def test_what_is_no_table_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InputDataError, match="no such file or folder"):
            reached(tmp_path / "nothing.parquet")
        with pytest.raises(InputDataError, match="the folder has no Parquet files"):
            reached(tmp_path)
        (tmp_path / "m.parquet").write_text("no Parquet")
        with pytest.raises(InputDataError, match="cannot be read as Parquet"):
            reached(tmp_path)
        (tmp_path / "_manifest.json").write_text("{}")
        with pytest.raises(ResultError):
            reached(tmp_path)
