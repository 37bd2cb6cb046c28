"""
Writes random tables and tells what they hold: a line of JSON in, a line of JSON out.

In: `seed`, `folder`, and to make a table smaller `columns` (names) and `rows` (places) to keep.
Out: `path`, `read` (settings of the step), `columns` and `rows` as an independent reader has them.
"""

import json
import random
import sys

import pyarrow
from kinds import EXACT, JSON, PANDAS, TEXTUAL, maybe, nested
from writers import csv_pandas, csv_pyarrow, json_pandas, json_python, parquet_pandas, parquet_pyarrow

NAMES = ["a", "b", "größe [m]", "with space", "UPPER", "日本", 'quo"te', "c,d", "id", "x.y", "e", "f'g", "h"]


def column_kinds(r, writer):
    """Which kinds of columns the table has."""
    known = {
        parquet_pyarrow: EXACT,
        parquet_pandas: {name: EXACT[name] for name in PANDAS},
        json_pandas: {name: TEXTUAL[name] for name in JSON},
        json_python: {name: TEXTUAL[name] for name in JSON},
    }.get(writer, TEXTUAL)
    count = r.randint(1, 7)
    kinds = [known[name] for name in (r.choice(sorted(known)) for _ in range(count))]
    if writer in (parquet_pyarrow, json_python) and r.random() < 0.5:
        plain = {name: kind for name, kind in known.items() if name not in ("null", "words", "float16")}
        kinds.append(nested(r, plain))
    return kinds


def table_of(seed):
    r = random.Random(seed)
    writer = r.choice([parquet_pyarrow, parquet_pandas, csv_pyarrow, csv_pandas, json_python, json_pandas])
    kinds = column_kinds(r, writer)
    names = r.sample(NAMES, len(kinds))
    count = r.choice([1, 2, 3, 10, 10, 100, 100, 2500])
    nulls = r.choice([0, 0, 0.1, 0.9])
    columns = [[maybe(r, value, nulls) for _ in range(count)] for _, value in kinds]
    return r, writer, names, [kind for kind, _ in kinds], columns


def made(asked):
    r, writer, names, types, columns = table_of(asked["seed"])
    rows = asked.get("rows", range(len(columns[0])))
    places = [names.index(name) for name in asked.get("columns", names)]
    table = pyarrow.table(
        [pyarrow.array([columns[place][row] for row in rows], types[place]) for place in places],
        names=[names[place] for place in places],
    )
    written = writer(r, table, asked["folder"])
    return {**written, "names": table.column_names, "count": table.num_rows}


for line in sys.stdin:
    print(json.dumps(made(json.loads(line))), flush=True)
