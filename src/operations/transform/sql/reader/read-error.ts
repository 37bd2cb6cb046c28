/** Why a file cannot be read as a table, in words for its user. */
export class ReadError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ReadError";
  }
}

const longestValue = 80;

/** A value as it is shown in a sentence. */
export function shownValue(text: string): string {
  return JSON.stringify(text.length > longestValue ? `${text.slice(0, longestValue)}…` : text);
}

export const mostShown = 5;
