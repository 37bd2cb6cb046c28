import { casesOf, repeated } from "../case.ts";

const last3 =
  "select x from (select row_number() over () as r, x from input) where r > 30000 order by r";

/**
 * Types come from the whole file; nothing that is not written becomes a number, a date or a truth.
 */
export const csvTypes = casesOf("CSV types", [
  {
    name: "30,000 integers, then a decimal number and digits with zeros",
    file: "late.csv",
    bytes: `x\n${repeated(30_000, (i) => `${i}\n`)}1.75\n007\n2.5\n`,
    selection: last3,
    rows: [[1.75], [7], [2.5]],
  },
  {
    name: "30,000 dates, then a timestamp",
    file: "late.csv",
    bytes: `x\n${repeated(30_000, () => "2024-05-06\n")}2024-05-07 12:30:00\n`,
    selection: last3,
    rows: [["2024-05-07 12:30:00"]],
    types: ["TIMESTAMP"],
  },
  {
    name: "30,000 integers, then a word",
    file: "late.csv",
    bytes: `x\n${repeated(30_000, (i) => `${i}\n`)}n/a\n`,
    selection: last3,
    rows: [["n/a"]],
    types: ["VARCHAR"],
  },
  {
    name: "three numbers a line without a delimiter, in a .txt",
    file: "numbers.txt",
    bytes: "1 2 3\n4 5 6\n",
    rows: [["1 2 3"], ["4 5 6"]],
  },
  {
    name: "t and f are letters",
    file: "f.csv",
    bytes: "f\nt\nf\nT\n",
    columns: ["f"],
    rows: [["t"], ["f"], ["T"]],
  },
  {
    name: "true and false",
    file: "b.csv",
    bytes: "a,b\nTrue,true\nFalse,false\n",
    rows: [
      [true, true],
      [false, false],
    ],
    types: ["BOOLEAN", "BOOLEAN"],
  },
  {
    name: "codes with leading zeros",
    file: "zip.csv",
    bytes: "zip,town\n02134,Allston\n10001,New York\n",
    rows: [
      ["02134", "Allston"],
      ["10001", "New York"],
    ],
  },
  {
    name: "telephone numbers",
    file: "phone.csv",
    bytes: "a,b\n+49301234,x\n49301234,y\n",
    rows: [
      ["+49301234", "x"],
      ["49301234", "y"],
    ],
  },
  {
    name: "the largest and the smallest integers of 64 bits",
    file: "big.csv",
    bytes: "a,b\n9223372036854775807,x\n-9223372036854775808,y\n",
    rows: [
      [9223372036854775807n, "x"],
      [-9223372036854775808n, "y"],
    ],
    types: ["BIGINT", "VARCHAR"],
  },
  {
    name: "unsigned integers of 64 bits",
    file: "big.csv",
    bytes: "a,b\n18446744073709551615,x\n0,y\n",
    rows: [
      [18446744073709551615n, "x"],
      [0, "y"],
    ],
    types: ["UBIGINT", "VARCHAR"],
  },
  {
    name: "ids beyond 64 bits stay two",
    file: "big.csv",
    bytes: "a,b\n123456789012345678901,x\n123456789012345678902,y\n",
    rows: [
      [123456789012345678901n, "x"],
      [123456789012345678902n, "y"],
    ],
    types: ["DECIMAL(38,0)", "VARCHAR"],
  },
  {
    name: "ids of 40 digits stay text",
    file: "big.csv",
    bytes: `a,b\n${"1".repeat(40)},x\n${"1".repeat(39)}2,y\n`,
    rows: [
      ["1".repeat(40), "x"],
      [`${"1".repeat(39)}2`, "y"],
    ],
  },
  {
    name: "an integer that DOUBLE would change, among decimal numbers",
    file: "mix.csv",
    bytes: "a,b\n1.5,x\n9007199254740993,y\n",
    fails: ['"a"', "9007199254740993", "read.types"],
  },
  {
    name: "digits in front of a point that DOUBLE would change",
    file: "mix.csv",
    bytes: "a,b\n12345678901234567.25,x\n1.5,y\n",
    fails: ['"a"', "12345678901234567.25", "read.types"],
  },
  {
    name: "the same with a type that holds it",
    file: "mix.csv",
    bytes: "a,b\n1.5,x\n9007199254740993,y\n",
    read: { types: { a: "DECIMAL(38,1)" } },
    selection: "select a::VARCHAR as a from input",
    rows: [["1.5"], ["9007199254740993.0"]],
  },
  {
    name: "numbers with exponents, and not numbers",
    file: "exp.csv",
    bytes: "a,b\n1e3,x\n-2.5E-2,y\nnan,z\ninf,w\n-inf,v\n",
    rows: [
      [1000, "x"],
      [-0.025, "y"],
      [Number.NaN, "z"],
      [Number.POSITIVE_INFINITY, "w"],
      [Number.NEGATIVE_INFINITY, "v"],
    ],
    formats: ["parquet", "csv"],
  },
  {
    name: "a number beyond DOUBLE stays text",
    file: "exp.csv",
    bytes: "a,b\n1e400,x\n1,y\n",
    rows: [
      ["1e400", "x"],
      ["1", "y"],
    ],
  },
  {
    name: "a day that does not exist stays text",
    file: "days.csv",
    bytes: "a,b\n2024-02-29,x\n2023-02-29,y\n",
    rows: [
      ["2024-02-29", "x"],
      ["2023-02-29", "y"],
    ],
  },
  {
    name: "dates of other orders stay text",
    file: "days.csv",
    bytes: "a,b\n01/02/2024,x\n03/04/2024,y\n",
    rows: [
      ["01/02/2024", "x"],
      ["03/04/2024", "y"],
    ],
  },
  {
    name: "nanoseconds",
    file: "ns.csv",
    bytes: "a,b\n2024-01-01 00:00:00.123456789,x\n2024-01-01,y\n",
    rows: [
      ["2024-01-01 00:00:00.123456789", "x"],
      ["2024-01-01 00:00:00", "y"],
    ],
    types: ["TIMESTAMP_NS", "VARCHAR"],
  },
  {
    name: "timestamps with their zone are moments",
    file: "tz.csv",
    bytes: "a,b\n2024-01-01T00:00:00+02:00,x\n2024-01-01T00:00:00Z,y\n",
    selection: "select epoch_ms(a) as a, b from input",
    rows: [
      [1704060000000, "x"],
      [1704067200000, "y"],
    ],
    types: ["TIMESTAMPTZ", "VARCHAR"],
  },
  {
    name: "timestamps of which some have a zone stay text",
    file: "tz.csv",
    bytes: "a,b\n2024-01-01T00:00:00+02:00,x\n2024-01-01T00:00:00,y\n",
    rows: [
      ["2024-01-01T00:00:00+02:00", "x"],
      ["2024-01-01T00:00:00", "y"],
    ],
  },
  {
    name: "times of day",
    file: "time.csv",
    bytes: "a,b\n12:30:00,x\n23:59:59.5,y\n",
    rows: [
      ["12:30:00", "x"],
      ["23:59:59.5", "y"],
    ],
    types: ["TIME", "VARCHAR"],
  },
  {
    name: "a column of nothing",
    file: "empty.csv",
    bytes: "a,b\n,1\n,2\n",
    rows: [
      [null, 1],
      [null, 2],
    ],
    types: ["VARCHAR", "BIGINT"],
  },
  {
    name: "spaces around numbers",
    file: "spaces.csv",
    bytes: "a, b\n 1, 2.5 \n-3 , 4\n",
    columns: ["a", "b"],
    rows: [
      [1, 2.5],
      [-3, 4],
    ],
  },
  {
    name: "percent and money stay text",
    file: "money.csv",
    bytes: 'a,b\n5%,"$1,000"\n6%,$7\n',
    rows: [
      ["5%", "$1,000"],
      ["6%", "$7"],
    ],
  },
  {
    name: "hexadecimal and underscores stay text",
    file: "hex.csv",
    bytes: "a,b\n0x10,1_000\n0x11,2_000\n",
    rows: [
      ["0x10", "1_000"],
      ["0x11", "2_000"],
    ],
  },
  {
    name: "versions and addresses stay text",
    file: "v.csv",
    bytes: "a,b\n1.10.2,10.0.0.1\n1.9.1,10.0.0.2\n",
    rows: [
      ["1.10.2", "10.0.0.1"],
      ["1.9.1", "10.0.0.2"],
    ],
  },
  {
    name: "a name that is Nan",
    file: "nan.csv",
    bytes: "a,b\nNaN,1\nInf,2\n",
    rows: [
      ["NaN", 1],
      ["Inf", 2],
    ],
  },
  {
    name: "18 digits as numpy writes them",
    file: "np.csv",
    bytes: "a,b\n1.000000000000000056e-01,x\n2.500000000000000000e+00,y\n",
    rows: [
      [0.1, "x"],
      [2.5, "y"],
    ],
    types: ["DOUBLE", "VARCHAR"],
  },
  {
    name: "a type that does not fit names line, column and value",
    file: "types.csv",
    bytes: "a,b\n1,x\n2.5,y\n\nz,w\n",
    read: { types: { a: "INTEGER" } },
    fails: ["2 values do not fit", "line 3", '"a"', '"2.5"', "line 5", '"z"', "INTEGER"],
  },
  {
    name: "a value too large for its type",
    file: "types.csv",
    bytes: "a\n1\n300\n",
    read: { types: { a: "TINYINT" } },
    fails: ["line 3", '"300"', "TINYINT"],
  },
  {
    name: "more digits than the type's scale",
    file: "types.csv",
    bytes: "a\n1.25\n1.256\n",
    read: { types: { a: "DECIMAL(5,2)" } },
    fails: ["line 3", '"1.256"', "DECIMAL(5,2)"],
  },
  {
    name: "misfits are told with a bound",
    file: "types.csv",
    bytes: `a\n${repeated(10_000, () => "x\n")}`,
    read: { types: { a: "BIGINT" } },
    fails: ["10000 values do not fit", "line 6", "9995 more"],
  },
  {
    name: "lines are counted through quoted line ends",
    file: "types.csv",
    bytes: 'a,b\n1,"x\ny\nz"\nq,w\n',
    read: { types: { a: "BIGINT" } },
    fails: ["line 5", '"q"'],
  },
  {
    name: "a type for a column that is not there",
    file: "types.csv",
    bytes: "a\n1\n",
    read: { types: { nope: "BIGINT" } },
    fails: ['"nope"', '"a"'],
  },
  {
    name: "types by column are taken",
    file: "types.csv",
    bytes: "a,b,c,d\n1,2,3,yes\n",
    read: { types: { a: "VARCHAR", b: "DECIMAL(10,2)", c: "DOUBLE", d: "BOOLEAN" } },
    rows: [["1", 2, 3, true]],
    types: ["VARCHAR", "DECIMAL(10,2)", "DOUBLE", "BOOLEAN"],
  },
  {
    name: "all text",
    file: "text.csv",
    bytes: "a,b\n007,2024-01-01\n1.50,true\n",
    read: { all_text: true },
    rows: [
      ["007", "2024-01-01"],
      ["1.50", "true"],
    ],
  },
  {
    name: "a decimal comma",
    file: "comma.csv",
    bytes: "a;b;c\n1,5;2;x,y\n-0,25;3;1,2,3\n",
    read: { decimal: "," },
    rows: [
      [1.5, 2, "x,y"],
      [-0.25, 3, "1,2,3"],
    ],
  },
  {
    name: "a comma is no decimal point by itself",
    file: "comma.csv",
    bytes: "a;b\n1,5;2\n2,5;3\n",
    rows: [
      ["1,5", 2],
      ["2,5", 3],
    ],
  },
  {
    name: "words for nothing",
    file: "na.csv",
    bytes: 'a,b\n1,NA\nNA,-\n-,"NA"\n',
    read: { null: ["NA", "-"] },
    rows: [
      [1, null],
      [null, null],
      [null, null],
    ],
  },
  {
    name: "NA is a word unless it is said",
    file: "na.csv",
    bytes: "a\n1\nNA\n",
    rows: [["1"], ["NA"]],
  },
  {
    name: "an empty text in quotes is not nothing",
    file: "quotes.csv",
    bytes: 'a,b\n"",1\n,2\nx,""\n',
    rows: [
      ["", 1],
      [null, 2],
      ["x", null],
    ],
  },
]);
