import { longFiles } from "./long-files.ts";
import config from "./vitest.config.ts";

const { exclude: _, ...test } = config.test ?? {};

export default { ...config, test: { ...test, include: longFiles } };
