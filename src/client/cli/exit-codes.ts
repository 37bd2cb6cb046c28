/** Scripts rely on these. The text of --help and the pages comes from this file. */
export const exits = {
  done: 0,
  someFailed: 1,
  usedWrongly: 2,
  refused: 3,
  notReachable: 4,
  requestFailed: 5,
  detached: 130,
} as const;

export type ExitName = keyof typeof exits;
export type ExitCode = (typeof exits)[ExitName];

interface Meaning {
  inShort: string;
  /** for the page; default: `inShort` */
  inFull?: string;
}

const meanings: Record<ExitName, Meaning> = {
  done: { inShort: "done" },
  someFailed: {
    inShort: "some files failed",
    inFull: "some files failed, or an error that has no code of its own",
  },
  usedWrongly: {
    inShort: "wrong usage",
    inFull: "used wrongly, or the service does not know what was asked for",
  },
  refused: { inShort: "refused", inFull: "refused: no permission, or too many calls" },
  notReachable: {
    inShort: "not reachable",
    inFull: "the service, or what it needs, is not reachable",
  },
  requestFailed: { inShort: "the request failed or was canceled" },
  detached: { inShort: "detached", inFull: "Ctrl-C: detached, and the request goes on" },
};

/** Where a code says something else of one command. */
const ofCommands = {
  start: {
    done: "ended by a signal",
    someFailed: "it could not start or go on",
    usedWrongly: "a setting is not valid",
  },
  status: { done: "ready", notReachable: "not ready or not reachable" },
  stop: {
    done: "stopped",
    someFailed: "it did not end",
    refused: "it is another user's",
    notReachable: "none runs",
  },
  delete: { someFailed: "the answer was no" },
  "receipt --verify": { done: "valid", someFailed: "not valid" },
  audit: { done: "clean", someFailed: "violations" },
} satisfies Record<string, Partial<Record<ExitName, string>>>;

const names = Object.keys(exits) as ExitName[];

/** All in a sentence: `0 done, 1 some files failed, …` */
export const exitSentence = `Exit codes: ${names
  .map((name) => `${exits[name]} ${meanings[name].inShort}`)
  .join(", ")}.`;

/** Those of one command, for its description. */
export function exitsOf(command: keyof typeof ofCommands): string {
  const own: Partial<Record<ExitName, string>> = ofCommands[command];
  const parts = names.flatMap((name) => (own[name] ? [`${exits[name]} ${own[name]}`] : []));
  return `exit code ${parts.join(", ")}`;
}

/** A row for each code, with what it means for some commands. */
export function exitRows(): { code: ExitCode; meaning: string }[] {
  const commands: [string, Partial<Record<ExitName, string>>][] = Object.entries(ofCommands);
  return names.map((name) => {
    const { inShort, inFull = inShort } = meanings[name];
    const own = commands.flatMap(([command, of]) =>
      of[name] ? [`\`${command}\`: ${of[name]}`] : [],
    );
    return { code: exits[name], meaning: [inFull, ...own].join("; ") };
  });
}
