import type { SchemaRow, StoredWarning } from "./warnings-store.ts";

const mostExamples = 5;
/** per request: more would repeat the same for further columns */
const mostWarnings = 20;

/**
 * How files of one dataset were read differently: a column with several types, a column that some
 * files lack, another format or encoding.
 */
export function differences(schemas: readonly SchemaRow[]): StoredWarning[] {
  const steps = [...new Set(schemas.map(({ step }) => step))];
  const found = steps.flatMap((step) => {
    const rows = schemas.filter((row) => row.step === step);
    return ofStep(step, rows);
  });
  return found.slice(0, mostWarnings);
}

function ofStep(step: number, rows: readonly SchemaRow[]): StoredWarning[] {
  return [
    ...columnsOf(rows).flatMap((column) => [
      ...differing("types_differ", step, column, rows, (row) => typeOf(row, column), {
        sentence: (sides) => `Column ${JSON.stringify(column)} is ${sides}.`,
      }),
      ...lacking(step, column, rows),
    ]),
    ...(["format", "delimiter", "header", "encoding"] as const).flatMap((key) =>
      differing("read_differently", step, key, rows, (row) => shown(row.read_as[key]), {
        sentence: (sides) => `The ${key} is ${sides}.`,
      }),
    ),
  ];
}

interface Wording {
  /** `sides`: "BIGINT in 3 files and VARCHAR in 1" */
  sentence: (sides: string) => string;
}

function differing(
  code: string,
  step: number,
  subject: string,
  rows: readonly SchemaRow[],
  read: (row: SchemaRow) => string | undefined,
  { sentence }: Wording,
): StoredWarning[] {
  const groups = new Map<string, SchemaRow[]>();
  for (const row of rows) {
    const value = read(row);
    if (value !== undefined) groups.set(value, [...(groups.get(value) ?? []), row]);
  }
  if (groups.size < 2) return [];
  const sides = [...groups]
    .map(([value, members]) => ({ value, members, files: filesOf(members) }))
    .sort((left, right) => right.files - left.files);
  const others = sides.slice(1).flatMap(({ members }) => members);
  const [first, ...rest] = sides.map(
    ({ value, files }, index) =>
      `${value} in ${files}${index === 0 ? ` file${files === 1 ? "" : "s"}` : ""}`,
  );
  return [warning(code, step, subject, others, sentence(`${first} and ${rest.join(", ")}`))];
}

function lacking(step: number, column: string, rows: readonly SchemaRow[]): StoredWarning[] {
  const without = rows.filter((row) => isWhole(row) && typeOf(row, column) === undefined);
  if (without.length === 0) return [];
  const files = filesOf(without);
  const where = `${files} file${files === 1 ? "" : "s"}`;
  const message = `Column ${JSON.stringify(column)} is not in ${where}.`;
  return [warning("columns_differ", step, column, without, message)];
}

function warning(
  code: string,
  step: number,
  subject: string,
  rows: readonly SchemaRow[],
  message: string,
): StoredWarning {
  const examples = rows.flatMap((row) => row.examples).sort((left, right) => left - right);
  return {
    code,
    subject: `${step} ${subject}`,
    message,
    count: filesOf(rows),
    files: examples.slice(0, mostExamples),
  };
}

function columnsOf(rows: readonly SchemaRow[]): string[] {
  return [...new Set(rows.flatMap((row) => row.read_as.columns ?? []))];
}

function typeOf({ read_as: { columns = [], types = [] } }: SchemaRow, column: string) {
  const at = columns.indexOf(column);
  return at < 0 ? undefined : types[at];
}

/** False for very wide files, whose worker reports only the first columns. */
function isWhole({ read_as }: SchemaRow): boolean {
  return !("more_columns" in read_as);
}

function filesOf(rows: readonly SchemaRow[]): number {
  return rows.reduce((sum, row) => sum + row.files, 0);
}

function shown(value: string | boolean | undefined): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}
