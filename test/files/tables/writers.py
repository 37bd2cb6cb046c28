"""Each writes a table in a layout of its own choice, and reads it back as what it is."""

import csv
import gzip
import io
import json

import pyarrow
import pyarrow.csv
import pyarrow.parquet
from plain import plain_rows


def told(path, columns, rows, read=None, text=False):
    return {"path": path, "columns": columns, "rows": rows, "read": read or {}, "text": text}


def parquet_pyarrow(r, table, folder):
    path = f"{folder}/table.parquet"
    version = r.choice(["1.0", "2.4", "2.6"])
    # Older versions have no nanoseconds
    if any("ns" in str(kind) for kind in table.schema.types):
        version = "2.6"
    pyarrow.parquet.write_table(
        table,
        path,
        row_group_size=r.choice([1, 7, 100000]),
        compression=r.choice(["none", "snappy", "gzip", "zstd", "brotli", "lz4"]),
        use_dictionary=r.random() < 0.5,
        version=version,
        data_page_version=r.choice(["1.0", "2.0"]),
        data_page_size=r.choice([64, 1 << 20]),
        write_statistics=r.random() < 0.7,
        store_schema=r.random() < 0.5,
        store_decimal_as_integer=r.random() < 0.3,
        write_page_index=r.random() < 0.3,
    )
    try:
        back = pyarrow.parquet.read_table(path)
    except pyarrow.lib.ArrowInvalid:
        # pyarrow 26 cannot read all files that it writes with small pages: columns lack rows
        pyarrow.parquet.write_table(table, path)
        back = pyarrow.parquet.read_table(path)
    return told(path, table.column_names, plain_rows(back))


def parquet_pandas(r, table, folder):
    path = f"{folder}/table.parquet"
    index = r.choice([None, False])
    table.to_pandas(types_mapper=nullable).to_parquet(path, index=index, compression=r.choice(["snappy", None, "gzip"]))
    back = pyarrow.parquet.read_table(path)
    return told(path, back.column_names, plain_rows(back))


def nullable(kind):
    """pandas turns integers with nulls into floating numbers by default."""
    import pandas

    known = {pyarrow.int8(): "Int8", pyarrow.int16(): "Int16", pyarrow.int32(): "Int32", pyarrow.int64(): "Int64"}
    known |= {pyarrow.uint8(): "UInt8", pyarrow.uint32(): "UInt32", pyarrow.uint64(): "UInt64"}
    known |= {pyarrow.bool_(): "boolean", pyarrow.float32(): "Float32", pyarrow.float64(): "Float64"}
    return pandas.api.types.pandas_dtype(known[kind]) if kind in known else None


def csv_pyarrow(r, table, folder):
    path = f"{folder}/table.csv"
    options = pyarrow.csv.WriteOptions(delimiter=r.choice([",", ";", "\t", "|"]))
    pyarrow.csv.write_csv(table, path, options)
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file, delimiter=options.delimiter))
    # Its texts are in quotes, so that a field without them is no value
    empty = [[value is None for value in column.to_pylist()] for column in table.columns]
    values = [
        [None if empty[place][at] else field for place, field in enumerate(row)]
        for at, row in enumerate(fields(rows[1:], table))
    ]
    return told(path, rows[0], values, {"header": True}, text=True)


def csv_pandas(r, table, folder):
    how = {
        "sep": r.choice([",", ";", "\t", "|"]),
        "quoting": r.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
        "lineterminator": r.choice(["\n", "\r\n"]),
        "index": r.random() < 0.3,
        "header": r.random() < 0.9,
        "encoding": r.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16"]),
    }
    if how["sep"] != "," and r.random() < 0.3:
        how["decimal"] = ","
    text = table.to_pandas(types_mapper=nullable).to_csv(**{**how, "encoding": "utf-8"})
    packed = r.random() < 0.2
    path = f"{folder}/table.csv{'.gz' if packed else ''}"
    bytes_written = text.encode(how["encoding"])
    with open(path, "wb") as file:
        file.write(gzip.compress(bytes_written) if packed else bytes_written)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=how["sep"]))
    body = rows[1:] if how["header"] else rows
    if len(table.column_names) == 1 and not how["index"]:
        body = fields(body, table)
    read = {"header": how["header"], "delimiter": how["sep"]}
    if "decimal" in how:
        read["decimal"] = ","
    return told(path, rows[0] if how["header"] else [], body, read, text=True)


def fields(rows, table):
    """An empty line of a single column is a row without a value."""
    return [row or [""] for row in rows] if table.num_columns == 1 else rows


def json_python(r, table, folder):
    rows = table.to_pylist()
    if r.random() < 0.3:
        # A key that a record lacks has no value
        rows = [{key: value for key, value in row.items() if value is not None} for row in rows]
        rows[0] = table.slice(0, 1).to_pylist()[0]
    ascii_only = r.random() < 0.5
    layout = r.choice(["lines", "lines", "array", "indented"])
    if layout == "lines":
        end = r.choice(["\n", "\r\n"])
        text = "".join(json.dumps(row, ensure_ascii=ascii_only) + end for row in rows)
    else:
        text = json.dumps(rows, ensure_ascii=ascii_only, indent=2 if layout == "indented" else None)
    return json_file(r, table, folder, text, "jsonl" if layout == "lines" else "json")


def json_pandas(r, table, folder):
    lines = r.random() < 0.5
    frame = table.to_pandas(types_mapper=nullable)
    text = frame.to_json(orient="records", lines=lines, double_precision=r.choice([10, 15]), force_ascii=r.random() < 0.5)
    return json_file(r, table, folder, text, "jsonl" if lines else "json")


def json_file(r, table, folder, text, ending):
    packed = r.random() < 0.2
    path = f"{folder}/table.{ending}{'.gz' if packed else ''}"
    with open(path, "wb") as file:
        file.write(gzip.compress(text.encode()) if packed else text.encode())
    number = lambda digits: {"number": digits}  # noqa: E731
    load = lambda part: json.loads(part, parse_float=number, parse_int=number, object_pairs_hook=Keys)  # noqa: E731
    records = load(text) if ending == "json" else [load(line) for line in text.split("\n") if line.strip()]
    columns = list(dict.fromkeys(key for record in records for key, _ in record.pairs))
    rows = [[tagged(dict(record.pairs).get(column)) for column in columns] for record in records]
    return told(path, columns, rows)


class Keys:
    def __init__(self, pairs):
        self.pairs = pairs


def tagged(value):
    """Objects as `{"keys": …}`, apart from numbers, which are `{"number": …}`."""
    if isinstance(value, Keys):
        return {"keys": {key: tagged(inner) for key, inner in value.pairs}}
    if isinstance(value, list):
        return [tagged(item) for item in value]
    return value
