export const datasetStates = ["lookup", "ready", "failed", "stale"] as const;
export type DatasetState = (typeof datasetStates)[number];
