import type { Query } from "../db/client.ts";

export async function suspendedAt(query: Query, id: string): Promise<Date | undefined> {
  const [row] = await query<{ suspended_at: Date | null }>(
    `SELECT suspended_at FROM users WHERE id = $1`,
    [id],
  );
  return row?.suspended_at ?? undefined;
}
