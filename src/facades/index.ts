import type { Facade } from "./contract.ts";
import { servicex } from "./servicex/index.ts";

export const facades: Facade[] = [servicex];
