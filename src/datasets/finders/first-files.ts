import type { Finder, FoundFile } from "../contract.ts";

const chunk = 1_000;

/**
 * Lets a name end with `?files=N`: the first N files by their paths, as ServiceX's finders take
 * them. Its clients write it so where a user sets NFiles, and may add `get=all` or `get=available`.
 */
export function firstFiles(finder: Finder): Finder {
  const { check, findFirst } = finder;
  return {
    ...finder,
    refuse(name) {
      const { bare, params } = split(name);
      return refusalOf(params) ?? finder.refuse(bare);
    },
    ...(check && { check: (name: string) => check(split(name).bare) }),
    async find(name, give, signal) {
      const { bare, params } = split(name);
      const most = params.get("files");
      if (most === undefined) return finder.find(bare, give, signal);
      const kept = keepFirst(Number(most));
      const outcome = await finder.find(bare, async (files) => kept.add(files), signal);
      const files = kept.first();
      for (let at = 0; at < files.length; at += chunk) await give(files.slice(at, at + chunk));
      return outcome;
    },
    ...(findFirst && {
      findFirst: (name: string, signal: AbortSignal) => findFirst(split(name).bare, signal),
    }),
  };
}

/** Any other question mark belongs to the name: it may be part of a pattern. */
function split(name: string): { bare: string; params: Map<string, string> } {
  const [, bare = name, query = ""] = /^(.*)\?((?:files|get)=[^?/]*)$/s.exec(name) ?? [];
  const pairs = query.split("&").filter(Boolean);
  return {
    bare,
    params: new Map(
      pairs.map((pair) => {
        const [key = "", ...value] = pair.split("=");
        return [key, value.join("=")];
      }),
    ),
  };
}

function refusalOf(params: ReadonlyMap<string, string>): string | undefined {
  for (const [key, value] of params) {
    if (key === "files" && !/^[1-9]\d{0,8}$/.test(value))
      return (
        "After a dataset's name, files=N takes the first N files: N must be a whole number from " +
        `1, not ${JSON.stringify(value)}.`
      );
    if (key === "get" && value !== "all" && value !== "available")
      return `After a dataset's name, get must be all or available, not ${JSON.stringify(value)}.`;
    if (key !== "files" && key !== "get")
      return `After a dataset's name, only files=N and get are known, not ${JSON.stringify(key)}.`;
  }
  return undefined;
}

/** Memory holds about two times as many as are wanted, however many are found. */
function keepFirst(most: number): { add(files: FoundFile[]): void; first(): FoundFile[] } {
  let kept: FoundFile[] = [];
  const cut = () => {
    kept = kept.toSorted(byPaths).slice(0, most);
  };
  return {
    add(files) {
      for (const file of files) kept.push(file);
      if (kept.length > 2 * most + chunk) cut();
    },
    first() {
      cut();
      return kept;
    },
  };
}

function byPaths(one: FoundFile, other: FoundFile): number {
  const [left = "", right = ""] = [one.paths[0], other.paths[0]];
  return left < right ? -1 : Number(left > right);
}
