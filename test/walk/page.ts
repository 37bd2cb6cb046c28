// What a reader types from a page: its fenced blocks.
//   ```sh               typed, command by command
//   ```sh illustration  only shown
//   ```python read.py   saved under that name
//   ```text             after a typed block: what it prints, in this order; `…` is anything
import { spawnSync } from "node:child_process";

export type Step =
  | { kind: "type"; line: number; text: string }
  | { kind: "save"; line: number; name: string; text: string }
  | { kind: "read"; line: number; text: string };

export function stepsOf(page: string): Step[] {
  return blocksOf(page).flatMap(({ line, words: [language, name], text }): Step[] => {
    if (name === "illustration") return [];
    if (language === "sh")
      return commandsOf(text).map((command) => ({ kind: "type", line, text: command }));
    if (language === "text") return [{ kind: "read", line, text }];
    return name ? [{ kind: "save", line, name, text }] : [];
  });
}

interface Block {
  /** where it begins, from 1 */
  line: number;
  words: string[];
  text: string;
}

export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let open: Block | undefined;
  for (const [index, line] of page.split("\n").entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (fence && open) {
      blocks.push(open);
      open = undefined;
    } else if (fence) open = { line: index + 1, words: (fence[1] ?? "").split(" "), text: "" };
    else if (open) open.text += `${line}\n`;
  }
  if (open) throw new Error(`The block of line ${open.line} has no end.`);
  return blocks;
}

/** A command goes on where a line ends with a backslash, and in quotes and here-documents. */
export function commandsOf(text: string): string[] {
  const commands: string[] = [];
  let begun = "";
  for (const line of text.split("\n")) {
    begun += begun === "" ? line : `\n${line}`;
    if (begun.trim() === "" || begun.trim().startsWith("#")) begun = "";
    else if (isComplete(begun)) {
      commands.push(begun);
      begun = "";
    }
  }
  if (begun !== "") throw new Error(`This command has no end: ${begun}`);
  return commands;
}

function isComplete(command: string): boolean {
  if (command.endsWith("\\")) return false;
  const words = command.replaceAll("<id>", "id");
  const { status, stderr } = spawnSync("bash", ["-n", "-c", `${words}\n`], { encoding: "utf8" });
  // Of a here-document without its end Bash only warns.
  return status === 0 && stderr === "";
}

/** Whether these lines are there, in this order; how they are broken and spaced does not matter. */
export function says(shown: string, expected: string): boolean {
  const lines = expected.split("\n").filter((line) => line.trim() !== "");
  const pattern = lines.map((line) => words(line).split("…").map(literally).join(".*?"));
  return new RegExp(pattern.join(".*?"), "s").test(words(shown));
}

function words(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
