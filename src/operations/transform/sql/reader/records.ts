// Splits the first text of a CSV file into records.

export interface CsvRecord {
  /** none for an empty line */
  fields: string[];
}

interface Format {
  delimiter: string;
  quote: string;
  /** the text is the whole file: its last record is not cut */
  whole: boolean;
}

export function* recordsOf(text: string, format: Format): Generator<CsvRecord> {
  let at = 0;
  while (at < text.length) {
    const fields: string[] = [];
    let field: Field;
    let written = "";
    do {
      field = fieldAt(text, at, format);
      if (field.cut && !format.whole) return;
      fields.push(field.value);
      written += text.slice(at, field.end);
      at = field.end + (field.more ? 1 : 0);
    } while (field.more);
    if (text.startsWith("\r\n", at)) at += 2;
    else at += 1;
    yield { fields: fields.length === 1 && written === "" ? [] : fields };
  }
}

interface Field {
  value: string;
  /** where its delimiter, its line end or the end of the text is */
  end: number;
  /** another field of the record follows */
  more: boolean;
  /** the text ends within it */
  cut: boolean;
}

function fieldAt(text: string, at: number, { delimiter, quote }: Format): Field {
  const opening = quote === "" ? -1 : openingQuote(text, at, quote);
  const from = opening < 0 ? at : closingQuote(text, opening + 1, quote);
  let end = from;
  while (end < text.length && !isEnd(text[end], delimiter)) end += 1;
  const inQuotes = opening < 0 ? "" : text.slice(opening + 1, from - 1);
  return {
    value:
      opening < 0
        ? text.slice(at, end)
        : inQuotes.replaceAll(quote + quote, quote) + text.slice(from, end).trimEnd(),
    end,
    more: text[end] === delimiter,
    cut: end >= text.length,
  };
}

/** Spaces may stand in front of a quote. */
function openingQuote(text: string, at: number, quote: string): number {
  let place = at;
  while (text[place] === " ") place += 1;
  return text[place] === quote ? place : -1;
}

/** Behind the quote that closes; the end of the text where none does. */
function closingQuote(text: string, from: number, quote: string): number {
  let place = from;
  for (;;) {
    place = text.indexOf(quote, place);
    if (place < 0) return text.length;
    if (text[place + 1] !== quote) return place + 1;
    place += 2;
  }
}

function isEnd(letter: string | undefined, delimiter: string): boolean {
  return letter === delimiter || letter === "\n" || letter === "\r";
}
