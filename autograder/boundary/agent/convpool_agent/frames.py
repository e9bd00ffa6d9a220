"""Data of pandas as arrays with plain columns and an index, and made again of them.

pandas is imported only where a value of it is met; nothing of it is a dependency.
"""

import re
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from course.crossing import MAX_ELEMENTS, CannotCross, portable_dtype

from .npy import MalformedData
from .records import HandleRecord, HistoryRecord, ModelRecord, WideRecord

Lower = Callable[[Any], Any]
MAX_ROWS = 5_000_000
MAX_LEVELS = 20
MAX_COLUMNS = 5_000
RECORDS = (HandleRecord, HistoryRecord, ModelRecord)
_NULLABLE = re.compile(r"U?Int(8|16|32|64)|Float(32|64)|boolean")
_PERIOD = re.compile(r"[A-Za-z0-9-]{1,20}")


def pandas() -> Any:
    """Return pandas if it is imported completely, else None."""
    module = sys.modules.get("pandas")
    return module if hasattr(module, "DataFrame") and hasattr(module, "Series") else None


def lowered(value: Any, path: str, lower: Lower) -> WideRecord | None:
    """Describe a value of pandas by plain parts; None for any other value."""
    pd = pandas()
    if isinstance(value, pd.DataFrame):
        if len(value.columns) > MAX_COLUMNS:
            raise CannotCross(path, "pandas DataFrame", "it has too many columns")
        columns = [_column(value.iloc[:, i].array, path, lower) for i in range(value.shape[1])]
        parts = [_index(value.columns, path, lower), _index(value.index, path, lower), columns]
        return WideRecord("frame", parts)
    if isinstance(value, pd.Series):
        index, name = _index(value.index, path, lower), lower(value.name)
        return WideRecord("series", [_column(value.array, path, lower), index, name])
    if isinstance(value, pd.Index):
        return WideRecord("index", _index(value, path, lower))
    if isinstance(value, pd.api.extensions.ExtensionArray):
        return WideRecord("column", _column(value, path, lower))
    if value is pd.NA or value is pd.NaT:
        return WideRecord("missing", "NA" if value is pd.NA else "NaT")
    if isinstance(value, pd.Timestamp):
        zone = None if value.tz is None else str(value.tz)
        return WideRecord("timestamp", [value.unit, int(value.asm8.view("i8")), zone])
    if isinstance(value, pd.Timedelta):
        return WideRecord("pandas_timedelta", [value.unit, int(value.asm8.view("i8"))])
    if isinstance(value, pd.Period):
        return WideRecord("period", [value.ordinal, value.freqstr])
    if isinstance(value, pd.Interval):
        return WideRecord("interval", [lower(value.left), lower(value.right), value.closed])
    return None


def _column(array: Any, path: str, lower: Lower) -> list[Any]:
    """Describe one column as `[kind, parts…]`."""
    pd = pandas()
    if type(array) is pd.arrays.NumpyExtensionArray:
        array = array.to_numpy()
    dtype = array.dtype
    if isinstance(dtype, np.dtype):
        plain = np.asarray(array)
        if portable_dtype(dtype):
            return ["numbers", plain]
        return ["numpy", lower(plain)]
    if isinstance(dtype, pd.CategoricalDtype):
        codes = np.asarray(array.codes, dtype="<i8")
        return ["category", codes, _index(dtype.categories, path, lower), bool(dtype.ordered)]
    if isinstance(dtype, pd.DatetimeTZDtype):
        return ["zoned", np.asarray(array.asi8), dtype.unit, str(dtype.tz)]
    if isinstance(dtype, pd.StringDtype):
        missing = array.isna()
        texts = [None if gone else str(text) for text, gone in zip(array, missing, strict=True)]
        return ["text", texts, "NA" if dtype.na_value is pd.NA else "nan", dtype.storage]
    if _NULLABLE.fullmatch(str(dtype)):
        mask = np.asarray(array.isna())
        filled = array.to_numpy(dtype=dtype.numpy_dtype, na_value=dtype.numpy_dtype.type(0))
        return ["nullable", filled, mask]
    if isinstance(dtype, pd.PeriodDtype):
        return ["period", np.asarray(array.asi8), array.freqstr]
    if isinstance(dtype, pd.IntervalDtype):
        left, right = _index(array.left, path, lower), _index(array.right, path, lower)
        return ["interval", left, right, dtype.closed]
    raise CannotCross(path, f"pandas column of dtype {dtype}")


def _index(index: Any, path: str, lower: Lower) -> list[Any]:
    pd = pandas()
    if isinstance(index, pd.MultiIndex):
        levels = [_column(level.array, path, lower) for level in index.levels]
        codes = [np.asarray(level, dtype="<i8") for level in index.codes]
        return ["levels", levels, codes, [lower(name) for name in index.names]]
    name = lower(index.name)
    if isinstance(index, pd.RangeIndex):
        return ["range", [index.start, index.stop, index.step], name]
    freq = getattr(index, "freqstr", None) if isinstance(index, pd.DatetimeIndex) else None
    return ["plain", _column(index.array, path, lower), name, freq]


def _needed() -> Any:
    import pandas as pd

    return pd


def _checked(condition: bool, what: str) -> None:
    if not condition:
        raise MalformedData(f"{what} is not of its form")


def _numbers(array: Any, kinds: str) -> np.ndarray:
    """Check one column of an array; an object that stays in its process is no value of a table."""
    _checked(
        type(array) is np.ndarray and array.ndim == 1 and array.dtype.kind in kinds, "a column"
    )
    if array.dtype.kind == "O":
        _checked(not any(type(one) in RECORDS for one in array), "a column")
    # pandas may write into a column.
    return array if array.flags.writeable else array.copy()


def _made_column(content: Any) -> Any:
    """Make one column of its description."""
    _checked(type(content) is list and len(content) > 1 and type(content[0]) is str, "a column")
    kind, *parts = content
    _checked(kind in _COLUMNS, "a column")
    with warnings.catch_warnings(action="ignore"):
        return _COLUMNS[kind](*parts)


def _category(codes: Any, categories: Any, ordered: Any) -> Any:
    pd = _needed()
    dtype = pd.CategoricalDtype(_made_index(categories), ordered=ordered is True)
    return pd.Categorical.from_codes(_numbers(codes, "i"), dtype=dtype)


def _zoned(numbers: Any, unit: Any, zone: Any) -> Any:
    pd = _needed()
    _checked(unit in ("s", "ms", "us", "ns") and _is_zone(zone), "a time zone")
    naive = pd.DatetimeIndex(_numbers(numbers, "i").view(f"<M8[{unit}]"))
    return naive.tz_localize("UTC").tz_convert(zone).array


def _is_zone(zone: Any) -> bool:
    """Whether this can name a time zone; dateutil would open any file that it is told."""
    known = type(zone) is str and re.fullmatch(r"[A-Za-z0-9_+:/-]{1,60}", zone) is not None
    return known and not zone.lower().startswith(("dateutil", "tzlocal", "/"))


def _text(texts: Any, missing: Any, storage: Any) -> Any:
    pd = _needed()
    whole = type(texts) is list and all(text is None or type(text) is str for text in texts)
    _checked(whole and missing in ("NA", "nan") and storage in ("python", "pyarrow"), "a column")
    try:
        dtype = pd.StringDtype(storage, na_value=pd.NA if missing == "NA" else np.nan)
    except (ImportError, TypeError):
        dtype = pd.StringDtype() if missing == "NA" else np.dtype(object)
    return pd.array(texts, dtype=dtype)


def _nullable(data: Any, mask: Any) -> Any:
    pd = _needed()
    data, mask = _numbers(data, "biuf"), _numbers(mask, "b")
    kinds = {"b": "BooleanArray", "f": "FloatingArray"}
    return getattr(pd.arrays, kinds.get(data.dtype.kind, "IntegerArray"))(data, mask)


def _period(numbers: Any, freq: Any) -> Any:
    pd = _needed()
    _checked(type(freq) is str and _PERIOD.fullmatch(freq) is not None, "a period")
    return pd.PeriodIndex.from_ordinals(_numbers(numbers, "i"), freq=freq).array


def _interval(left: Any, right: Any, closed: Any) -> Any:
    pd = _needed()
    _checked(closed in ("left", "right", "both", "neither"), "an interval")
    return pd.arrays.IntervalArray.from_arrays(_made_index(left), _made_index(right), closed)


_COLUMNS: dict[str, Callable[..., Any]] = {
    "numbers": lambda array: _numbers(array, "biuf"),
    "numpy": lambda array: _numbers(array, "OMmc"),
    "category": _category,
    "zoned": _zoned,
    "text": _text,
    "nullable": _nullable,
    "period": _period,
    "interval": _interval,
}


def _made_index(content: Any) -> Any:
    pd = _needed()
    _checked(type(content) is list and len(content) in (3, 4), "an index")
    if content[0] == "range":
        _, numbers, name = content
        _checked(type(numbers) is list and [type(n) for n in numbers] == [int] * 3, "an index")
        made = pd.RangeIndex(*numbers)
        _checked(len(made) <= MAX_ROWS, "an index")
        return made.rename(_label(name))
    if content[0] == "levels":
        return _multi_index(*content[1:])
    _checked(content[0] == "plain" and len(content) == 4, "an index")
    _, column, name, freq = content
    array = _made_column(column)
    made = pd.Index(array, name=_label(name), dtype=array.dtype)
    if freq is not None:
        _checked(type(freq) is str and _PERIOD.fullmatch(freq) is not None, "a frequency")
        made.freq = freq
    return made


def _multi_index(levels: Any, codes: Any, names: Any) -> Any:
    pd = _needed()
    _checked(type(levels) is type(codes) is type(names) is list, "an index")
    _checked(len(levels) == len(codes) == len(names) <= MAX_LEVELS, "an index")
    made = [_level(level) for level in levels]
    return pd.MultiIndex(
        made, [_numbers(c, "i") for c in codes], names=[_label(name) for name in names]
    )


def _level(column: Any) -> Any:
    array = _made_column(column)
    return _needed().Index(array, dtype=array.dtype)


def _label(name: Any) -> Any:
    hash(name)
    return name


def _series(content: Any) -> Any:
    _checked(type(content) is list and len(content) == 3, "a Series")
    column, index, name = _made_column(content[0]), _made_index(content[1]), _label(content[2])
    _checked(len(column) == len(index), "a Series")
    return _needed().Series(column, index=index, name=name, dtype=column.dtype)


def _frame(content: Any) -> Any:
    pd = _needed()
    _checked(
        type(content) is list and len(content) == 3 and type(content[2]) is list, "a DataFrame"
    )
    columns, index = _made_index(content[0]), _made_index(content[1])
    arrays = [_made_column(column) for column in content[2]]
    _checked(len(arrays) == len(columns) <= MAX_COLUMNS, "a DataFrame")
    _checked(all(len(array) == len(index) for array in arrays), "a DataFrame")
    _checked(len(index) * max(1, len(arrays)) <= MAX_ELEMENTS, "a DataFrame")
    parts = {i: pd.Series(array, index=index, dtype=array.dtype) for i, array in enumerate(arrays)}
    made = pd.DataFrame(parts, index=index)
    made.columns = columns
    return made


def _timestamp(content: Any) -> Any:
    pd = _needed()
    unit, number, zone = content
    _checked(unit in ("s", "ms", "us", "ns") and type(number) is int, "a time")
    made = pd.Timestamp(np.int64(number).view(f"<M8[{unit}]"))
    if zone is None:
        return made
    _checked(_is_zone(zone), "a time zone")
    return made.tz_localize("UTC").tz_convert(zone)


def _timedelta(content: Any) -> Any:
    unit, number = content
    _checked(unit in ("s", "ms", "us", "ns") and type(number) is int, "a time")
    return _needed().Timedelta(np.int64(number).view(f"<m8[{unit}]"))


def _one_period(content: Any) -> Any:
    number, freq = content
    _checked(type(number) is int, "a period")
    return _needed().PeriodIndex(_period(np.array([number], dtype="<i8"), freq))[0]


def _one_interval(content: Any) -> Any:
    left, right, closed = content
    _checked(closed in ("left", "right", "both", "neither"), "an interval")
    return _needed().Interval(left, right, closed)


def _missing(content: Any) -> Any:
    _checked(content in ("NA", "NaT"), "a missing value")
    return getattr(_needed(), content)


MAKERS: dict[str, Callable[[Any], Any]] = {
    "frame": _frame,
    "series": _series,
    "index": _made_index,
    "column": _made_column,
    "missing": _missing,
    "timestamp": _timestamp,
    "pandas_timedelta": _timedelta,
    "period": _one_period,
    "interval": _one_interval,
}
