import type { Query } from "../../db/client.ts";

export interface DatasetOfRequest {
  request: string;
  owner: string;
  finder: string;
  name: string;
}

export function datasetsOfRequests(
  query: Query,
  requests: readonly string[],
): Promise<DatasetOfRequest[]> {
  return query<DatasetOfRequest>(
    `SELECT requests.id AS request, requests.owner, datasets.finder, datasets.name
     FROM requests JOIN datasets ON datasets.id = requests.dataset_id
     WHERE requests.id = ANY($1::uuid[])`,
    [requests],
  );
}
