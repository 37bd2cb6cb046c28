import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** of requests, files and datasets; other states are not colored */
const colors: Record<string, Format> = {
  complete: "green",
  done: "green",
  ready: "green",
  failed: "red",
  canceled: "yellow",
  canceling: "yellow",
  stale: "yellow",
  running: "cyan",
  lookup: "cyan",
};

/** `text` begins with the word of a state. `complete, but …` and `none done` are no success. */
export function stateColored(text: string, isColored: boolean): string {
  const isNothingDone = text.startsWith("complete, but ") || text === "none done";
  const color = isNothingDone ? "red" : colors[/^\w+/.exec(text)?.[0] ?? ""];
  return styled(color, text, isColored);
}

export function styled(format: Format | undefined, text: string, isColored: boolean): string {
  // styleText would look at another stream, and does not know --no-color.
  if (!isColored || format === undefined) return text;
  return styleText(format, text, { validateStream: false });
}
