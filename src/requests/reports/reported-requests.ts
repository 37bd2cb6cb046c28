/**
 * What a report needs of a request and never changes: read once, not for each of a million reports.
 */
export interface ReportedRequest {
  id: string;
  owner: string;
  steps: number;
  /** steps whose workers put objects into its bucket: checked before a success counts */
  stepsWithObjects: ReadonlySet<number>;
  /** of them those whose sidecars turn ROOT files into Parquet, which gives objects other names */
  stepsThatConvert: ReadonlySet<number>;
}

export interface ReportedRequests {
  get(id: string): ReportedRequest | undefined;
  keep(request: ReportedRequest): void;
}

const mostKept = 1_000;

export function makeReportedRequests(): ReportedRequests {
  const kept = new Map<string, ReportedRequest>();
  return {
    get: (id) => kept.get(id),
    keep(request) {
      kept.set(request.id, request);
      if (kept.size > mostKept) kept.delete(kept.keys().next().value ?? "");
    },
  };
}
