// The states of a person's account.

export const userStates = [
  "new",
  "pending",
  "approved",
  "rejected",
  "suspended",
  "deleted",
] as const;
export type UserState = (typeof userStates)[number];

export const userMoves = {
  complete: { from: ["new"], to: "pending", why: "the person has sent the profile form" },
  approve: {
    from: ["new", "pending", "rejected"],
    to: "approved",
    why: "an administrator lets the person in",
  },
  reject: { from: ["new", "pending"], to: "rejected", why: "an administrator refuses the person" },
  suspend: { from: ["approved"], to: "suspended", why: "an administrator shuts the person out" },
  restore: {
    from: ["suspended"],
    to: "approved",
    why: "an administrator lets the person in again",
  },
  remove: {
    from: ["new", "pending", "approved", "rejected", "suspended"],
    to: "deleted",
    why: "only the id and the number stay, for the requests that the person made",
  },
} as const satisfies Record<string, { from: readonly UserState[]; to: UserState; why: string }>;
export type UserMove = keyof typeof userMoves;
