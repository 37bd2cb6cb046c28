import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { gfalPackages } from "../support/gfal.ts";
import { netcdfPackages } from "../support/netcdf.ts";

test("CI installs the packages without which tests fail", () => {
  const [, list = ""] = /^packages=\(([^)]*)\)/m.exec(readFileSync(".ci/packages", "utf8")) ?? [];
  const needed = [...Object.values(netcdfPackages), ...gfalPackages];
  expect(list.split(/\s+/)).toEqual(expect.arrayContaining(needed));
});
