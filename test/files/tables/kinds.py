"""Kinds of columns: a pyarrow type each, and values of it with its extremes."""

import datetime
import decimal
import math
import string

import pyarrow

decimal.getcontext().prec = 100
EPOCH = datetime.datetime(1970, 1, 1)
WORDS = [
    "", "x", "a,b", 'say "hi"', "two\nlines", "cr\r\nlf", "ümlaut", "日本", "😀", "e\u0301", "007", "1.50", "true",
    "NULL", "NaN", "inf", " spaced ", "-", "2024-01-01", "12:30:00", "1e5", "1_000", "0x1F", "1,5", "a;b", "a\tb",
    "a|b", "it's", "\\", "\\n", "[1,2]", '{"a":1}', "#", "\u00a0", "ß" * 40, "+49", "1 2 3",
]  # fmt: skip
FLOATS = [
    0.0, -0.0, 0.5, -1.5, 0.1, 1e300, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308,
    123456789.123456789, 1e15, 1e16, 1e21, 9007199254740992.0, 9007199254740994.0, 0.30000000000000004,
]  # fmt: skip


def integer(bits, signed=True):
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    extremes = [value for value in (low, low + 1, high, high - 1, 0, 1, -1, 2**53, 2**53 + 1) if low <= value <= high]
    near = min(high, 10**6)
    return lambda r: r.choice(extremes) if r.random() < 0.4 else r.randint(max(low, -near), near)


def floating(r):
    return r.choice(FLOATS) if r.random() < 0.4 else r.uniform(-1e6, 1e6) * 10 ** r.randint(-20, 20)


def special(r):
    return r.choice([math.nan, math.inf, -math.inf]) if r.random() < 0.3 else floating(r)


def single(r):
    value = floating(r)
    return pyarrow.scalar(value if abs(value) < 1e38 else 0.1, pyarrow.float32()).as_py()


def word(r):
    if r.random() < 0.6:
        return r.choice(WORDS)
    return "".join(r.choices(string.printable[:94] + "äé漢", k=r.randint(0, 12)))


def exact(precision, scale):
    def value(r):
        digits = precision if r.random() < 0.3 else r.randint(1, precision)
        return decimal.Decimal(r.choice([-1, 1]) * r.randrange(10**digits)).scaleb(-scale)

    return value


def moment(unit_microseconds):
    """From the year 1 to the year 9999, in steps of a unit."""
    low, high = -62135596800 * 10**6, 253402300799 * 10**6
    extremes = [low, high, 0, -1 * unit_microseconds, 86399 * 10**6, 951782400 * 10**6]

    def value(r):
        at = r.choice(extremes) if r.random() < 0.3 else r.randint(0, 4 * 10**15)
        return EPOCH + datetime.timedelta(microseconds=at // unit_microseconds * unit_microseconds)

    return value


def nearby(unit_microseconds):
    """Years in which Python's own zones do not overflow."""
    return lambda r: EPOCH + datetime.timedelta(
        microseconds=r.randint(-(10**15), 4 * 10**15) // unit_microseconds * unit_microseconds
    )


def nanoseconds(r):
    """As pandas has them: from 1677 to 2262, a number of nanoseconds."""
    return r.choice([0, 1, -1, 10**9 - 1, 2**62, -(2**62)]) if r.random() < 0.4 else r.randint(-(10**18), 2 * 10**18)


def time_of_day(unit_microseconds):
    def value(r):
        at = r.choice([0, 86_399_999_999]) if r.random() < 0.3 else r.randrange(86_400 * 10**6)
        at = at // unit_microseconds * unit_microseconds
        return (EPOCH + datetime.timedelta(microseconds=at)).time()

    return value


def blob(r):
    return r.randbytes(r.choice([0, 1, 3, 16]))


T = pyarrow
TEXTUAL = {
    "int8": (T.int8(), integer(8)),
    "int16": (T.int16(), integer(16)),
    "int32": (T.int32(), integer(32)),
    "int64": (T.int64(), integer(64)),
    "uint8": (T.uint8(), integer(8, False)),
    "uint32": (T.uint32(), integer(32, False)),
    "uint64": (T.uint64(), integer(64, False)),
    "float32": (T.float32(), single),
    "float64": (T.float64(), floating),
    "string": (T.string(), word),
    "bool": (T.bool_(), lambda r: r.random() < 0.5),
    "date32": (T.date32(), lambda r: moment(10**6)(r).date()),
    "timestamp_s": (T.timestamp("s"), moment(10**6)),
    "timestamp_us": (T.timestamp("us"), moment(1)),
    "decimal_9_2": (T.decimal128(9, 2), exact(9, 2)),
    "decimal_15_4": (T.decimal128(15, 4), exact(15, 4)),
}
EXACT = {
    **TEXTUAL,
    "special": (T.float64(), special),
    "float16": (T.float16(), lambda r: r.choice([0.0, 1.5, -2.0, 65504.0, 6e-8])),
    "large_string": (T.large_string(), word),
    "words": (T.dictionary(T.int32(), T.string()), word),
    "binary": (T.binary(), blob),
    "fixed_binary": (T.binary(16), lambda r: r.randbytes(16)),
    "date64": (T.date64(), lambda r: moment(10**6)(r).date()),
    "time32_s": (T.time32("s"), time_of_day(10**6)),
    "time32_ms": (T.time32("ms"), time_of_day(1000)),
    "time64_us": (T.time64("us"), time_of_day(1)),
    "timestamp_ms": (T.timestamp("ms"), moment(1000)),
    "timestamp_ns": (T.timestamp("ns"), nanoseconds),
    "timestamp_us_utc": (T.timestamp("us", "UTC"), nearby(1)),
    "timestamp_ms_zone": (T.timestamp("ms", "Europe/Berlin"), nearby(1000)),
    "decimal_4_4": (T.decimal128(4, 4), exact(4, 4)),
    "decimal_18_0": (T.decimal128(18, 0), exact(18, 0)),
    "decimal_38_4": (T.decimal128(38, 4), exact(38, 4)),
    "decimal_38_38": (T.decimal128(38, 38), exact(38, 38)),
    "decimal256_38_9": (T.decimal256(38, 9), exact(38, 9)),
    "null": (T.null(), lambda r: None),
}
PANDAS = [
    "int8", "int16", "int32", "int64", "uint8", "uint32", "uint64", "float32", "float64", "string", "bool",
    "timestamp_s", "timestamp_us", "timestamp_ns", "words", "special",
]  # fmt: skip
JSON = ["int32", "int64", "uint64", "float64", "string", "bool"]


def nested(r, kinds, depth=2):
    """A type of lists and structures around a plain one, or a plain one."""
    shape = r.choice(["plain", "list", "struct"]) if depth else "plain"
    if shape == "plain":
        return kinds[r.choice(sorted(kinds))]
    inner, value = nested(r, kinds, depth - 1)
    if shape == "list":
        return T.list_(inner), lambda r: [maybe(r, value) for _ in range(r.choice([0, 1, 2, 5]))]
    other, more = nested(r, kinds, depth - 1)
    fields = T.struct([("x", inner), ("y z", other)])
    return fields, lambda r: {"x": maybe(r, value), "y z": maybe(r, more)}


def maybe(r, value, nulls=0.2):
    return None if r.random() < nulls else value(r)
