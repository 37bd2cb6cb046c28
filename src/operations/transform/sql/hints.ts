// What was probably meant, beside DuckDB's sentence about a query.

const oneSelect =
  "The generator sql takes one SELECT statement over the table input, as in " +
  '"select x from input where x > 1".';
const tableIsInput = "Each file is the table input: write FROM input.";

type Language = [pattern: RegExp, language: string];

/** What no SQL has. */
const certain: Language[] = [
  [/^ ?(?:def|import|from [\w.]+ import) /, "Python"],
  [/\( ?(?:call|lambda) |\.(?:Select|SelectMany|Where)\(/, "func_adl"],
  [
    /^ ?\[? ?\{ ?["'](?:treename|copy_histograms|filter_name|cut|expressions)["']/,
    "a query of uproot-raw",
  ],
];
/** What SQL may have, too. */
const likely: Language[] = [[/\blambda\b|\bEventDataset\b|\bFuncADL/, "func_adl"]];

/** A query may have a megabyte: what it is shows in its beginning. */
const looked = 2_000;

/** DuckDB's sentence of a query that cannot work, with what to do where that can be told. */
export function withHint(sql: string, message: string): string {
  if (/^Parser Error/.test(message)) {
    const beginning = sql.slice(0, looked).replaceAll(/\s+/g, " ");
    const language =
      languageOf(beginning, certain) ??
      (isSql(beginning) ? undefined : languageOf(beginning, likely));
    if (language) return `This is ${language}, not SQL. ${oneSelect}`;
    return isSql(beginning) ? message : afterFirst(message, oneSelect);
  }
  if (/^Catalog Error: Table with name .* does not exist/.test(message))
    // DuckDB proposes names of its own catalog
    return afterFirst(message.replace(/\nDid you mean [^\n]*/, ""), tableIsInput);
  if (/^Permission Error: Cannot access file/.test(message))
    return afterFirst(
      message.replace(/ - file system operations are disabled by configuration/, "."),
      `A query names no files. ${tableIsInput}`,
    );
  if (/^Binder Error: .* because the FROM clause is missing/.test(message))
    return afterFirst(message, tableIsInput);
  const quoted = /^Binder Error: Referenced column "([^"]*)" not found/.exec(message)?.[1];
  if (quoted !== undefined && comparesWith(sql, quoted))
    return afterFirst(message, `A text is in single quotes: '${quoted}'.`);
  return message;
}

function languageOf(beginning: string, languages: Language[]): string | undefined {
  return languages.find(([pattern]) => pattern.test(beginning))?.[1];
}

function isSql(beginning: string): boolean {
  const words = beginning.replaceAll(/[ (]+/g, " ");
  return /^ ?(?:select|with|from|values|table)\b/i.test(words);
}

/** Whether a name in double quotes stands where a text would: right of a comparison. */
function comparesWith(sql: string, name: string): boolean {
  const at = sql.indexOf(`"${name}"`);
  if (at <= 0) return false;
  const before = sql
    .slice(Math.max(at - 200, 0), at)
    .replaceAll(/\s+/g, " ")
    .trimEnd();
  return /(?:=|<>|!=|\blike|\bin ?\([^()]*)$/i.test(before);
}

/** Puts a sentence behind the first paragraph; the lines that show the place follow. */
function afterFirst(message: string, hint: string): string {
  const [first = "", ...rest] = message.split("\n\n");
  const end = /[.!?]$/.test(first.trim()) ? "" : ".";
  return [`${first.trim()}${end}\n${hint}`, ...rest].join("\n\n");
}
