import type { Query } from "../../db/client.ts";

export interface OperationRow {
  request: string;
  step: number;
  operation: string;
}

export function operationRows(query: Query, requests: string[]): Promise<OperationRow[]> {
  return query<OperationRow>(
    `SELECT request_id AS request, step, operation FROM request_steps WHERE request_id = ANY($1)`,
    [requests],
    "step_operations",
  );
}
