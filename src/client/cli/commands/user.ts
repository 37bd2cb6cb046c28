import type { Command } from "commander";
import { addUserCreate } from "./user-create.ts";

export function addUser(program: Command): void {
  const user = program.command("user").description("accounts of people: make them");
  addUserCreate(user);
}
