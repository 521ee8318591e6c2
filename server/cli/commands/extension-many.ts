import { writeFile } from "node:fs/promises";
import { stringify } from "csv-stringify/sync";

import type { AuditAction } from "@/server/domain/audit/actions";
import { PART_ROWS } from "@/server/domain/provisioning/batches";
import { createMany, type MadePhone, numbersText, planBulk } from "@/server/domain/provisioning/bulk";
import { bulkLimitsSchema, MOST_CHARACTERS, MOST_IN_AN_ACT } from "@/server/domain/provisioning/bulk.schema";
import {
  type BulkDone,
  idsOfNumbers,
  limitMany,
  resumeMany,
  rotateMany,
  suspendMany,
} from "@/server/domain/provisioning/bulk-acts";
import { type BulkRow, readBulkFile } from "@/server/domain/provisioning/bulk-file";
import type { NewPhone } from "@/server/domain/provisioning/extensions";
import { cellText } from "@/server/domain/statements/statement.rules";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { ExtensionId, TenantId } from "@/server/kernel/ids";
import { check } from "../check";
import { BadInput, type Command, type Given, type Result } from "../command";
import type { Desk } from "../desk";
import { progressOn } from "../progress";
import { readText } from "../read-text";

const tenant = { value: "slug", about: "whose extensions", required: true } as const;
const secretsFile = {
  value: "file",
  about: "write the new secrets there, for its owner only, instead of showing them",
} as const;
const PATIENCE_MS = 180_000;

export const extensionImport: Command = {
  summary: "Makes the extensions of a CSV file: all of them, or with --partly those that can be made.",
  words: ["file"],
  options: {
    tenant,
    "dry-run": { about: "say what would be made and what is wrong; nothing is made" },
    partly: { about: "make the good rows although others are wrong" },
    secrets: secretsFile,
  },
  run: async (desk, given) => {
    const { id: tenantId } = await desk.tenant(given.must("tenant"));
    const read = readBulkFile(await readText(given.word(0), MOST_CHARACTERS));
    const plan = await desk.read(tenantId, (tx) => planBulk(tx, tenantId, read));
    const told = { good: plan.rows.length, problems: plan.problems, ignored: plan.ignored };
    const refused = plan.problems.length > 0 && !given.flag("partly");
    if (given.flag("dry-run") || refused) {
      return { value: { ...told, made: 0, secrets: [] }, failed: refused && !given.flag("dry-run") };
    }
    const { made, taken } = await makeAll(desk, tenantId, plan.rows, given.flag("partly"));
    await desk.publish(tenantId, ["extensions", "audit"]);
    const secrets = await handOver(given, made);
    return { value: { ...told, made: made.length, taken, secrets } };
  },
};

type Made = { made: MadePhone[]; taken: string[] };

/** All in one transaction, or part by part. */
async function makeAll(desk: Desk, tenantId: TenantId, rows: readonly BulkRow[], partly: boolean): Promise<Made> {
  const progress = progressOn(process.stderr);
  const all: Made = { made: [], taken: [] };
  const size = partly ? PART_ROWS : Math.max(1, rows.length);
  for (let at = 0; at < rows.length; at += size) {
    const { made, taken } = await desk.change(
      tenantId,
      "extension.import",
      async (tx) => {
        const result = await makeParts(tx, tenantId, rows.slice(at, at + size), partly);
        const after = { made: result.made.length, numbers: numbersText(result.made.map(({ number }) => number)) };
        return { subject: `tenant:${tenantId}`, after, result };
      },
      PATIENCE_MS,
    );
    all.made.push(...made);
    all.taken.push(...taken);
    progress.show("Making", Math.min(at + size, rows.length), rows.length);
  }
  progress.end();
  return all;
}

async function makeParts(
  tx: TenantWrite,
  tenantId: TenantId,
  rows: readonly BulkRow[],
  partly: boolean,
): Promise<Made> {
  const all: Made = { made: [], taken: [] };
  for (let at = 0; at < rows.length; at += PART_ROWS) {
    const { made, taken } = await createMany(tx, tenantId, rows.slice(at, at + PART_ROWS));
    if (taken.length > 0 && !partly) {
      throw new DomainError("number_taken", { field: "number", number: taken[0] ?? "" });
    }
    all.made.push(...made);
    all.taken.push(...taken);
  }
  return all;
}

type Secret = Pick<NewPhone, "number" | "sipUsername" | "secret"> & Readonly<{ displayName?: string }>;

/** Shows the secrets, or writes them into a file of their own that only its owner reads; never over another file. */
async function handOver(given: Given, phones: readonly Secret[]): Promise<object[]> {
  const rows = phones.map(({ number, displayName = "", sipUsername, secret }) => ({
    number,
    displayName,
    sipUsername,
    secret: secret.reveal(),
  }));
  const file = given.text("secrets");
  if (file === undefined) return rows;
  const table = rows.map((row) => [row.number, cellText(row.displayName), row.sipUsername, row.secret]);
  const text = stringify([["number", "name", "sip_username", "secret"], ...table], { record_delimiter: "\r\n" });
  try {
    await writeFile(file, text, { mode: 0o600, flag: "wx" });
    return [];
  } catch {
    // They exist in no other place by now: rather shown than lost.
    return rows;
  }
}

type Act = Readonly<{
  action: AuditAction;
  run: (tx: TenantWrite, tenantId: TenantId, ids: readonly ExtensionId[], given: Given) => Promise<BulkDone<unknown>>;
}>;

const acts: Readonly<Record<string, Act>> = {
  suspend: { action: "extension.suspend", run: suspendMany },
  resume: { action: "extension.resume", run: resumeMany },
  rotate: { action: "extension.rotate_secret", run: rotateMany },
  limit: {
    action: "extension.edit",
    run: (tx, tenantId, ids, given) => limitMany(tx, tenantId, { ids, limits: limitsOf(given) }),
  },
};

function limitsOf(given: Given) {
  const [calls, cap] = [given.text("max-calls"), given.text("daily-cap")];
  if (calls === undefined && cap === undefined) throw new BadInput("limit: give --max-calls, --daily-cap, or both.");
  const limits = check(
    bulkLimitsSchema,
    {
      ...(calls === undefined ? {} : { maxCalls: /^\d{1,6}$/.test(calls) ? Number(calls) : calls }),
      ...(cap === undefined ? {} : { dailyCap: cap === "none" ? null : cap }),
    },
    { maxCalls: "max-calls", dailyCap: "daily-cap" },
  );
  return {
    ...(limits.maxCalls === undefined ? {} : { maxCalls: limits.maxCalls }),
    ...(limits.dailyCap === undefined ? {} : { dailyCap: limits.dailyCap }),
  };
}

export const extensionBulk: Command = {
  summary: "Does one thing to many extensions, to all of them or to none: suspend, resume, rotate or limit.",
  words: ["act"],
  options: {
    tenant,
    numbers: { value: "101-150,160", about: "which ones", required: true },
    "max-calls": { value: "2", about: "with limit: calls at once" },
    "daily-cap": { value: "10.00", about: "with limit: what their calls may cost in a day, or none" },
    secrets: secretsFile,
  },
  run: async (desk, given): Promise<Result> => {
    const act = acts[given.word(0)];
    if (!act) throw new BadInput(`${given.word(0)}: write suspend, resume, rotate or limit.`);
    const numbers = numbersOf(given.must("numbers"));
    const { id: tenantId } = await desk.tenant(given.must("tenant"));
    const done = await desk.change(
      tenantId,
      act.action,
      async (tx) => {
        const ids = await idsOfNumbers(tx, tenantId, numbers);
        const result = await act.run(tx, tenantId, ids, given);
        const after = { act: given.word(0), count: result.count, numbers: result.numbers };
        return { subject: `tenant:${tenantId}`, after, result };
      },
      PATIENCE_MS,
    );
    await desk.publish(tenantId, ["extensions", "registrations", "audit"]);
    const secrets = Array.isArray(done.result) ? await handOver(given, done.result as NewPhone[]) : undefined;
    const value = { act: given.word(0), count: done.count, numbers: done.numbers, ...(secrets ? { secrets } : {}) };
    return secrets ? { value } : { value, say: `${given.word(0)}: ${done.count} extensions (${done.numbers}).` };
  },
};

function numbersOf(text: string): string[] {
  const numbers = new Set<string>();
  for (const part of text.split(",")) {
    const [, from = "", to = from] = /^\s*([1-9]\d{1,5})(?:\s*-\s*([1-9]\d{1,5}))?\s*$/.exec(part) ?? [];
    if (from === "" || Number(to) < Number(from))
      throw new BadInput(`--numbers: ${part.trim()} is no number or range.`);
    for (let number = Number(from); number <= Number(to); number += 1) {
      numbers.add(String(number));
      if (numbers.size > MOST_IN_AN_ACT) throw new BadInput(`--numbers: at most ${MOST_IN_AN_ACT} at once.`);
    }
  }
  return [...numbers];
}
