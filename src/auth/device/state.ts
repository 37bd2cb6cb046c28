// A program that waits for a person to give it a token (RFC 8628), and how that stands.
import type { Move } from "../../moves.ts";

export const deviceStates = ["waiting", "approved", "denied", "used"] as const;
export type DeviceState = (typeof deviceStates)[number];

export const deviceMoves = {
  begin: { from: [], to: "waiting", why: "a program asks for a token, and shows a code" },
  approve: { from: ["waiting"], to: "approved", why: "a person who is signed in lets it have one" },
  deny: { from: ["waiting"], to: "denied", why: "a person who is signed in refuses it" },
  use: { from: ["approved"], to: "used", why: "the program has got its token" },
} as const satisfies Record<string, Move<DeviceState>>;
