// The alert rules by promtool, and the names of metrics in rules and dashboard.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";

const fileOf = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const rulesTest = fileURLToPath(new URL("../helm/files/alerts.test.yaml", import.meta.url));
const hasPromtool = spawnSync("promtool", ["--version"]).error === undefined;
if (!hasPromtool)
  process.stderr.write(
    "\n!!! promtool is not here: the alert rules are NOT tested (Debian's package prometheus).\n",
  );

interface Rule {
  alert: string;
  expr: string;
}

const rules = (
  parse(fileOf("helm/files/alerts.yaml")) as { groups: { rules: Rule[] }[] }
).groups.flatMap((group) => group.rules);

test.skipIf(!hasPromtool)("each alert fires when it should, and not otherwise", () => {
  const { status, stdout, stderr } = spawnSync("promtool", ["test", "rules", rulesTest], {
    encoding: "utf8",
  });
  expect(`${stdout}${stderr}`).toContain("SUCCESS");
  expect(status).toBe(0);
});

test("each alert has a test in which it fires, and one in which it does not", () => {
  const { tests } = parse(fileOf("helm/files/alerts.test.yaml")) as {
    tests: { name: string; alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
  };
  for (const { alert } of rules) {
    const own = tests.flatMap((one) => one.alert_rule_test).filter((t) => t.alertname === alert);
    expect(own.some(({ exp_alerts: fired }) => fired.length > 0)).toBe(true);
    expect(tests.some(({ name }) => name === `${alert}, not`)).toBe(true);
  }
});

test("rules and dashboard ask for metrics that the service has", () => {
  const page = fileOf("doc/metrics.md");
  const known = [...page.matchAll(/^\| `(longshore_\w+)` \|/gm)].map(([, name]) => name);
  const dashboard = JSON.parse(fileOf("helm/files/dashboard.json"));
  const expressions = [
    ...rules.map(({ expr }) => expr),
    ...dashboard.panels.flatMap(({ targets }: { targets: { expr: string }[] }) =>
      targets.map(({ expr }) => expr),
    ),
  ];
  const asked = expressions.flatMap((text) => text.match(/longshore_\w+/g) ?? []);
  expect(asked.length).toBeGreaterThan(20);
  expect(asked.filter((name) => !known.includes(name.replace(/_(sum|count|bucket)$/, "")))).toEqual(
    [],
  );
});
