const segmenter = new Intl.Segmenter();
const eastAsian =
  /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303e]/u;
const emojiOrFullWidth = /^[\p{Emoji_Presentation}\uff01-\uff60\uffe0-\uffe6]/u;
const invisible = /^[\p{M}\p{Cf}]+$/u;

/** Columns of a terminal that a text takes: two for a letter of Han or an emoji. */
export function cellWidth(text: string): number {
  // Nearly every text is plain.
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  return segments(text).reduce((sum, letter) => sum + letterWidth(letter), 0);
}

export function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(width - cellWidth(text), 0));
}

/** At most `width` columns; of a path the end is kept, of other text the start. */
export function cut(text: string, width: number, keep: "start" | "end" = "start"): string {
  if (cellWidth(text) <= width) return text;
  const letters = segments(text);
  if (keep === "end") letters.reverse();
  const kept: string[] = [];
  let room = width - 1;
  for (const letter of letters) {
    room -= letterWidth(letter);
    if (room < 0) break;
    kept.push(letter);
  }
  return keep === "end" ? `…${kept.reverse().join("")}` : `${kept.join("")}…`;
}

function segments(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function letterWidth(letter: string): number {
  if (invisible.test(letter)) return 0;
  return eastAsian.test(letter) || emojiOrFullWidth.test(letter) ? 2 : 1;
}
