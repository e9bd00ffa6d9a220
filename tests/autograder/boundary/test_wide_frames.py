"""DataFrames, Series and single values of pandas arrive as pandas has them."""

from typing import Any

import numpy as np
import pytest
from support.wide_messages import crossed, forged, wide

from autograder.boundary.agent.convpool_agent.npy import MalformedData

pd = pytest.importorskip("pandas")


def everything() -> Any:
    return pd.DataFrame(
        {
            "whole": [1, 2, 3],
            "float": [0.5, np.nan, np.inf],
            "bool": [True, False, True],
            "text": ["a", "b", None],
            "object": pd.Series([1, "a", None], dtype=object),
            "day": pd.to_datetime(["2024-01-01", None, "2024-03-01"]),
            "zoned": pd.to_datetime(["2024-01-01"] * 3).tz_localize("Europe/Paris"),
            "passed": pd.to_timedelta([1, 2, 3], unit="h"),
            "kind": pd.Categorical(["x", "y", "x"], categories=["y", "x"], ordered=True),
            "Int64": pd.array([1, None, 3], dtype="Int64"),
            "Float32": pd.array([1, None, 3], dtype="Float32"),
            "boolean": pd.array([True, None, False], dtype="boolean"),
            "string": pd.array(["a", None, "c"], dtype="string"),
            "month": pd.period_range("2024-01", periods=3, freq="M"),
            "bin": pd.cut([1, 5, 9], [0, 3, 6, 9]),
            "complex": [1j, 2j, 3j],
            3: [1, 2, 3],
        },
        index=pd.Index(["p", "q", "r"], name="row"),
    )


FRAMES = {
    "of every kind": everything,
    "empty": pd.DataFrame,
    "without columns": lambda: pd.DataFrame(index=[1, 2]),
    "without rows": lambda: pd.DataFrame({"a": pd.Series([], dtype="float32")}),
    "a column twice": lambda: pd.DataFrame([[1, "a"]], columns=["x", "x"]),
    "grouped by two": lambda: everything().groupby(["bool", "whole"])[["float"]].sum(),
    "pivoted": lambda: pd.DataFrame({"a": [1, 2], "b": [1, 2], "c": [3, 4]}).pivot(
        index="a", columns="b"
    ),
    "days": lambda: pd.DataFrame({"a": [1, 2]}, index=pd.date_range("2024-01-01", periods=2)),
    "described": lambda: everything()[["whole", "bool"]].describe(),
    "a range with a step": lambda: pd.DataFrame({"a": [1, 2, 3]}, index=range(4, 10, 2)),
    "sliced": lambda: everything().iloc[1:],
}


@pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES.keys())
def test_a_data_frame_arrives(make: Any) -> None:
    arrived = crossed(make())
    assert type(arrived) is pd.DataFrame
    pd.testing.assert_frame_equal(arrived, make())


@pytest.mark.parametrize("column", list(everything().columns), ids=str)
def test_a_series_of_each_kind_arrives(column: Any) -> None:
    pd.testing.assert_series_equal(crossed(everything()[column]), everything()[column])


def test_a_frame_that_arrived_can_be_worked_with() -> None:
    arrived = crossed(everything())
    arrived["new"] = 1
    arrived.loc["q", "whole"] = 9
    assert arrived.shape == (3, 18)
    assert arrived["whole"].mean() == pytest.approx(13 / 3)


def test_a_frame_that_differs_is_not_equal() -> None:
    other = everything()
    other.loc["q", "whole"] = 9
    with pytest.raises(AssertionError):
        pd.testing.assert_frame_equal(crossed(other), everything())


@pytest.mark.parametrize(
    "value",
    [
        pd.Timestamp("2024-01-02 03:04", tz="Asia/Tokyo"),
        pd.Timestamp("2024-01-02"),
        pd.Timedelta("3h"),
        pd.Period("2024-01", "M"),
        pd.Interval(0, 3),
        pd.NA,
        pd.NaT,
    ],
    ids=repr,
)
def test_a_single_value_arrives(value: Any) -> None:
    arrived = crossed(value)
    assert type(arrived) is type(value)
    assert arrived is value or arrived == value


@pytest.mark.parametrize(
    "index",
    [
        pd.Index(["a", "b"], name="n"),
        pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["x", "y"]),
        pd.CategoricalIndex(["a", "b"]),
        pd.RangeIndex(3),
    ],
    ids=lambda index: type(index).__name__,
)
def test_an_index_arrives(index: Any) -> None:
    pd.testing.assert_index_equal(crossed(index), index)


RANGE = ["range", [0, 2, 1], None]
HOSTILE = {
    "endless index": wide(
        "frame", [["range", [0, 0, 1], None], ["range", [0, 10**12, 1], None], []]
    ),
    "column of another length": wide("series", [["text", ["a"], "nan", "python"], RANGE, None]),
    "columns without names": wide("frame", [RANGE, RANGE, []]),
    "unknown column": wide("series", [["pickle", "x"], RANGE, None]),
    "texts that are numbers": wide("series", [["text", [1, 2], "nan", "python"], RANGE, None]),
    "unknown storage": wide("series", [["text", ["a", "b"], "nan", "os"], RANGE, None]),
    "list as a name": wide("index", ["range", [0, 2, 1], [1]]),
    "frequency that is code": wide("period", [1, "__import__('os')"]),
    "unit that is none": wide("timestamp", ["generic", 1, None]),
    "zone that is a path": wide("timestamp", ["ns", 1, "../../etc/passwd"]),
    "missing value that is a function": wide("missing", "read_pickle"),
    "levels without codes": wide("index", ["levels", [["text", ["a"], "nan", "python"]], [], []]),
}


@pytest.mark.parametrize("node", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_description_is_malformed(node: Any) -> None:
    with pytest.raises(MalformedData):
        forged(node)
