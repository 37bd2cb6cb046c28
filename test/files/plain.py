"""Values of pyarrow as JSON has them: numbers as their digits, times as ISO text."""

import datetime
import decimal

import pyarrow


def plain(value):
    if hasattr(value, "dtype"):
        value = value.item()
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value).replace("inf", "Infinity").replace("nan", "NaN")
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        # Moments are told in UTC, whatever the zone of their column
        moment = value.astimezone(datetime.timezone.utc) if value.tzinfo else value
        return moment.isoformat(sep=" ")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return str(value)


def plain_column(column):
    if pyarrow.types.is_timestamp(column.type) and column.type.unit == "ns":
        # Python's own times end at microseconds
        return [None if v is None else str(v) for v in column.cast("string").to_pylist()]
    return [plain(value) for value in column.to_pylist()]


def plain_rows(table):
    return [list(row) for row in zip(*map(plain_column, table.columns))]
