import { z } from "zod";

/** The sentence of a problem document, else the beginning of the text. */
export function detailOf(text: string): string {
  try {
    const problem = z.object({ detail: z.string() }).parse(JSON.parse(text));
    return problem.detail;
  } catch {
    return text.slice(0, 300);
  }
}
