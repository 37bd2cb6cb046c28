"""Writes random tables as Parquet, CSV and JSON with pyarrow, each with the values it must give: a line of JSON a table."""

import datetime
import decimal
import json
import math
import random
import sys

import pyarrow
import pyarrow.csv
import pyarrow.parquet

seed, count, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
decimal.getcontext().prec = 60
EPOCH = datetime.datetime(1970, 1, 1)

words = ["", "x", "a,b", 'say "hi"', "two\nlines", "ümlaut", "日本", "007", "1.50", "true", "NULL", " spaced ", "-", "2024-01-01"]
integers = [0, 1, -1, 42, 2**31, -(2**31), 2**53, 2**53 + 1, 2**63 - 1, -(2**63)]
floats = [0.5, -1.5, 0.1, 1e300, 5e-324, 1.7976931348623157e308, 123456789.123456789, -0.25]


def times(r):
    return EPOCH + datetime.timedelta(microseconds=r.randrange(0, 4 * 10**15))


kinds = {
    "int64": (pyarrow.int64(), lambda r: r.choice(integers) if r.random() < 0.4 else r.randrange(-(10**6), 10**6)),
    "float64": (pyarrow.float64(), lambda r: r.choice(floats) if r.random() < 0.4 else r.uniform(-1e6, 1e6)),
    "string": (pyarrow.string(), lambda r: r.choice(words)),
    "bool": (pyarrow.bool_(), lambda r: r.random() < 0.5),
    "date": (pyarrow.date32(), lambda r: times(r).date()),
    "timestamp": (pyarrow.timestamp("us"), times),
    # Exact in Parquet alone; in text, digits that DOUBLE keeps
    "decimal": (pyarrow.decimal128(38, 4), lambda r: decimal.Decimal(r.randrange(-(10**14), 10**14)).scaleb(-4)),
    "wide": (pyarrow.decimal128(38, 4), lambda r: decimal.Decimal(r.randrange(-(10**37), 10**37)).scaleb(-4)),
}


def plain(value, file_format):
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return {"integer": str(value)}
    if isinstance(value, float):
        return {"number": repr(value)}
    if isinstance(value, decimal.Decimal):
        return {"number": repr(float(value))} if file_format != "parquet" else {"decimal": format(value, "f")}
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    return value.isoformat()


def jsonable(value):
    if isinstance(value, decimal.Decimal):
        return float(value)
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


for number in range(count):
    r = random.Random(f"{seed} {number}")
    rows = r.choice([1, 2, 3, 10, 100, 3000])
    names = r.sample(sorted(kinds), r.randrange(1, len(kinds) + 1))
    file_format = r.choice(["parquet", "csv", "jsonl"])
    if file_format != "parquet":
        names = [name for name in names if name != "wide"] or ["int64"]
    nulls = r.choice([0, 0, 0.1, 0.9])
    columns = {
        name: [None if r.random() < nulls else kinds[name][1](r) for _ in range(rows)] for name in names
    }
    path = f"{folder}/{number}.{file_format}"
    table = pyarrow.table({name: pyarrow.array(columns[name], kinds[name][0]) for name in names})
    if file_format == "parquet":
        pyarrow.parquet.write_table(
            table,
            path,
            row_group_size=r.choice([1, 7, 100000]),
            compression=r.choice(["none", "snappy", "gzip", "zstd"]),
            use_dictionary=r.random() < 0.5,
            version=r.choice(["1.0", "2.6"]),
        )
    elif file_format == "csv":
        pyarrow.csv.write_csv(table, path)
    else:
        with open(path, "w", encoding="utf-8") as file:
            for row in zip(*columns.values()):
                file.write(json.dumps(dict(zip(names, map(jsonable, row))), allow_nan=False) + "\n")
    rows_out = [[plain(value, file_format) for value in row] for row in zip(*columns.values())]
    print(json.dumps({"path": path, "columns": names, "rows": rows_out}))
