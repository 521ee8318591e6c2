import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

type Rule = { readonly name: string; readonly severity: string };
type Violation = { readonly from: string; readonly rule: Rule; readonly cycle?: readonly { readonly name: string }[] };

const config = path.resolve("test/architecture/dependencies.cjs");
const rules: readonly Rule[] = createRequire(import.meta.url)(config).forbidden;

const take = (from: string) => `import { it } from "${from}";\nexport const taken = it;\n`;
const innocent = "export const it = 1;\n";

/** What the planted files import: each of them is where it may be. */
const innocents = [
  "app/page-part.ts",
  "components/part.ts",
  "server/kernel/fine.ts",
  "server/kernel/clock.ts",
  "server/config/env.ts",
  "server/infra/thing.ts",
  "server/infra/db/generated/client.ts",
  "server/infra/db/write-tenant.ts",
  "server/queue/outbox.ts",
  "server/domain/subject.ts",
  "server/api/trpc.ts",
  "server/embedded/postgres.ts",
  "workers/run-job.ts",
  "test/support/builder.ts",
];

/** For each rule the files that break it, and nothing else. A rule whose pattern rots would pass for ever. */
const planted: Record<string, Readonly<Record<string, string>>> = {
  "no-cycles": {
    "server/domain/hen.ts": `import { egg } from "./egg";\nexport type Hen = "hen";\nexport const hen = () => egg;\n`,
    "server/domain/egg.ts": `import type { Hen } from "./hen";\nexport const egg = (from: Hen) => from;\n`,
  },
  "no-orphans": { "server/domain/alone.ts": innocent },
  "kernel-stands-alone": { "server/kernel/leans.ts": take("@/server/config/env") },
  "rules-are-pure": {
    "server/domain/reads.rules.ts": take("@/server/infra/thing"),
    "server/domain/opens.rules.ts": `import { readFileSync as it } from "node:fs";\nexport const taken = it;\n`,
  },
  "schemas-are-browser-safe": { "server/domain/heavy.schema.ts": take("@/server/domain/subject") },
  "config-knows-only-the-kernel": { "server/config/wide.ts": take("@/server/infra/thing") },
  "infra-knows-no-domain": { "server/infra/knows.ts": take("@/server/domain/subject") },
  "queue-knows-no-domain": { "server/queue/knows.ts": take("@/server/domain/subject") },
  "domain-knows-no-transport": {
    "server/domain/asks.ts": take("@/server/api/trpc"),
    "server/domain/answers.ts": `import { TRPCError as it } from "@trpc/server";\nexport const taken = it;\n`,
    "server/domain/reads-env.ts": take("@/server/config/env"),
  },
  "auth-knows-no-pages": { "server/auth/asks.ts": take("@/server/api/trpc") },
  "api-knows-no-pages": { "server/api/shows.ts": take("@/app/page-part") },
  "routers-hold-no-queries": { "server/api/routers/calls.ts": take("@/server/infra/thing") },
  "web-runs-no-processors": {
    "server/domain/works.ts": take("@/workers/run-job"),
    "app/works.ts": take("@/workers/run-job"),
  },
  "workers-skip-the-api": { "workers/asks.ts": take("@/server/api/trpc") },
  "command-line-skips-the-api": { "server/cli/asks.ts": take("@/server/api/trpc") },
  "components-stay-in-the-browser": { "components/reads.ts": take("@/server/domain/subject") },
  "starter-is-not-the-product": { "server/cli/starts.ts": take("@/server/embedded/postgres") },
  "no-test-code-in-product": { "components/builds.ts": take("@/test/support/builder") },
  "one-door-to-asterisk": { "workers/dials.ts": `import it from "asterisk-manager";\nexport const taken = it;\n` },
  "one-door-to-prisma": {
    "server/domain/queries.ts": take("@/server/infra/db/generated/client"),
    "workers/queries.ts": `import { PrismaPg as it } from "@prisma/adapter-pg";\nexport const taken = it;\n`,
  },
  "one-door-to-postgres": {
    "server/domain/connects.ts": `import { Client as it } from "pg";\nexport const taken = it;\n`,
  },
  "one-door-to-writes": { "server/domain/writes.ts": take("@/server/infra/db/write-tenant") },
  "one-door-to-bullmq": {
    "server/queue/sends.ts": `import { Queue as it } from "bullmq";\nexport const taken = it;\n`,
  },
  "one-door-to-redis": {
    "server/domain/caches.ts": `import { Redis as it } from "ioredis";\nexport const taken = it;\n`,
  },
};

/** A rule that hits these hits too much. */
const allowed: Readonly<Record<string, string>> = {
  "app/good.ts": `${take("@/components/part")}export { it as second } from "@/server/api/trpc";\n`,
  "components/good.ts": `${take("@/server/kernel/fine")}export type { it as Second } from "@/server/api/trpc";\n`,
  "server/domain/good.rules.ts": `${take("@/server/kernel/clock")}export { randomBytes } from "node:crypto";\n`,
  "server/domain/good.schema.ts": `import { z } from "zod";\n${take("@/server/kernel/fine")}export const good = z.string();\n`,
  "server/cli/doctor.ts": take("@/server/embedded/postgres"),
  "server/domain/audit/change.ts": take("@/server/infra/db/write-tenant"),
  "workers/good.ts": `import { Queue } from "bullmq";\n${take("@/server/queue/outbox")}export const queue = Queue;\n`,
};

let folder = "";
let violations: readonly Violation[] = [];

beforeAll(() => {
  mkdirSync("test/.output", { recursive: true });
  folder = mkdtempSync(path.resolve("test/.output/planted-"));
  const tsconfig = { compilerOptions: { module: "esnext", moduleResolution: "bundler", paths: { "@/*": ["./*"] } } };
  plant("tsconfig.json", JSON.stringify(tsconfig));
  for (const file of innocents) plant(file, innocent);
  const files = Object.assign({}, allowed, ...Object.values(planted)) as Record<string, string>;
  for (const [file, text] of Object.entries(files)) plant(file, text);
  // Somebody reads everything, so that only the planted orphan is one.
  const read = [...innocents, ...Object.keys(files)].filter((file) => file !== "server/domain/alone.ts");
  plant("server/embedded/reader.ts", read.map((file) => `import "@/${file.replace(/\.ts$/, "")}";\n`).join(""));
  violations = cruised(folder);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("every rule of the house has its planted violation, at error severity", () => {
  expect(Object.keys(planted).sort()).toEqual(rules.map((rule) => rule.name).sort());
  expect(rules.filter((rule) => rule.severity !== "error")).toEqual([]);
});

describe.each(Object.entries(planted))("%s", (rule, files) => {
  test.each(Object.keys(files))("fires on %s", (file) => {
    // A cycle is reported once, at one of its files.
    const names = ({ from, cycle = [] }: Violation) => [from, ...cycle.map(({ name }) => name)];
    expect(violations.filter((found) => names(found).includes(file)).map((found) => found.rule.name)).toContain(rule);
  });
});

test.each(Object.keys(allowed))("no rule fires on %s", (file) => {
  expect(violations.filter((found) => found.from === file)).toEqual([]);
});

function plant(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), text);
}

function cruised(cwd: string): readonly Violation[] {
  const args = ["--config", config, "--output-type", "json", "app", "components", "server", "workers"];
  const program = path.resolve("node_modules/.bin/depcruise");
  let report = "";
  try {
    report = execFileSync(program, args, { cwd, encoding: "utf8", maxBuffer: 64_000_000, stdio: "pipe" });
  } catch (error) {
    // Violations make it exit with their number; the report is there all the same.
    report = (error as { stdout: string }).stdout;
  }
  return JSON.parse(report).summary.violations;
}
