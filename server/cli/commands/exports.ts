import { open } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";

import { exportFormats } from "@/server/domain/exports/export.schema";
import { createExport, type ExportRow, getExport, listExports } from "@/server/domain/exports/exports";
import { exportBytes } from "@/server/domain/exports/make";
import { exportId, newExportSchema } from "@/server/domain/exports/new-export.schema";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { check, checkCount } from "../check";
import { BadInput, type Command, type Given } from "../command";
import type { Desk } from "../desk";

const tenant = { value: "slug", about: "whose list", required: true } as const;
const POLL_MS = 250;

const shown = ({ task, filter, style, ...file }: ExportRow) => ({
  ...file,
  filter,
  timeZone: style.timeZone,
  decimals: style.decimals,
  done: task.done,
  total: task.total,
  error: task.error,
});

/** The options that narrow a list; which of them a list knows, its own schema says. */
const narrowing = ["from", "to", "text", "outcome", "action", "actor", "about", "severity"] as const;

/** What `askedFor` reads. */
export const fileOptions = {
  from: { value: "2026-03-01", about: "first day, of calls, ledger and audit" },
  to: { value: "2026-03-31", about: "last day" },
  text: { value: "text", about: "a part of a number or name, of calls, numbers and incidents" },
  outcome: { value: "word", about: "of calls: answered, busy …; of audit: ok, denied, failed" },
  action: { value: "word", about: "of audit" },
  actor: { value: "text", about: "of audit" },
  about: { value: "text", about: "of audit: a part of the subject" },
  severity: { value: "word", about: "of incidents" },
  format: { value: exportFormats.join("|"), about: "how it is written", fallback: "csv" },
  columns: { value: "a,b", about: "which columns, in this order" },
  "time-zone": { value: "zone", about: "of moments", fallback: "UTC" },
  decimals: { value: "point|comma", about: "of amounts in CSV", fallback: "point" },
} as const;

/** The file that the options describe. */
export function askedFor(given: Given) {
  const filter = Object.fromEntries(
    narrowing.flatMap((name) => {
      const text = given.text(name);
      return text === undefined ? [] : [[name, text]];
    }),
  );
  const columns = given.text("columns")?.split(",");
  const asked = {
    what: given.word(0),
    filter,
    format: given.text("format"),
    timeZone: given.text("time-zone"),
    decimals: given.text("decimals"),
    ...(columns ? { columns } : {}),
  };
  return check(newExportSchema, asked, { timeZone: "time-zone" });
}

export const exportCreate: Command = {
  summary: "Asks for a file of a whole list, which the workers make; with --out waits for it and writes it.",
  words: ["list"],
  options: {
    tenant,
    ...fileOptions,
    out: { value: "file", about: "a new file to write, which only this account may read" },
    wait: { value: "seconds", about: "how long --out waits for the workers", fallback: "600" },
  },
  run: async (desk, given) => {
    const asked = askedFor(given);
    const waitSeconds = checkCount("wait", given.text("wait"), 86_400);
    const { id: tenantId } = await desk.tenant(given.must("tenant"));
    const made = await desk.change(tenantId, "export.create", async (tx) => {
      const file = await createExport(tx, tenantId, asked, desk.actorName);
      const after = { what: asked.what, format: asked.format, filter: JSON.stringify(asked.filter) };
      return { subject: `export:${file.id}`, after, result: file };
    });
    await desk.publish(tenantId, ["tasks", "audit"]);
    const out = given.text("out");
    if (out === undefined)
      return {
        value: made,
        say: `The workers make it; ringfence export get ${made.id} --tenant ${given.must("tenant")} --out FILE writes it.`,
      };
    return written(desk, tenantId, await readyFile(desk, tenantId, made.id, waitSeconds), out);
  },
};

/** @throws DomainError invalid_state when it is not made in time, or not at all. */
async function readyFile(desk: Desk, tenantId: TenantId, id: string, seconds: number): Promise<ExportRow> {
  for (const until = Date.now() + seconds * 1_000; ; await pause(POLL_MS)) {
    const file = await desk.read(tenantId, (tx) => getExport(tx, tenantId, id));
    if (file.state === "ready") return file;
    const over = Date.now() >= until;
    if (file.state === "making" && !over) continue;
    const why =
      file.state === "making" ? "is not made yet; are workers running?" : (file.task.error ?? `is ${file.state}.`);
    throw new DomainError("invalid_state", { export: id, state: file.state }, `The file ${why}`);
  }
}

async function written(desk: Desk, tenantId: TenantId, file: ExportRow, out: string) {
  const handle = await open(out, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new BadInput(
      `--out: ${error.code === "EEXIST" ? "that file is there already" : `cannot be written (${error.code})`}.`,
    );
  });
  try {
    await desk.change(tenantId, "export.download", async () => ({
      subject: `export:${file.id}`,
      after: { what: file.what, format: file.format, lines: file.lines, sha256: file.sha256 },
      result: undefined,
    }));
    for await (const piece of exportBytes((work) => desk.read(tenantId, work), tenantId, file.id))
      await handle.write(piece);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { value: { ...shown(file), file: out }, say: `Wrote ${out}: ${file.lines} lines, SHA-256 ${file.sha256}.` };
}

export const exportList: Command = {
  summary: "The files that were asked for, newest first.",
  options: { tenant, limit: { value: "n", about: "how many at most", fallback: "50" } },
  run: async (desk, given) => {
    const { id } = await desk.tenant(given.must("tenant"));
    const limit = checkCount("limit", given.text("limit"), 500);
    return { value: (await desk.read(id, (tx) => listExports(tx, id, () => true, limit))).map(shown) };
  },
};

export const exportGet: Command = {
  summary: "Writes a file that is made; without --out how far it is.",
  words: ["export"],
  options: { tenant, out: { value: "file", about: "a new file to write, which only this account may read" } },
  run: async (desk, given) => {
    const { exportId: id } = check(z.object({ exportId }), { exportId: given.word(0) });
    const { id: tenantId } = await desk.tenant(given.must("tenant"));
    const out = given.text("out");
    if (out === undefined) return { value: shown(await desk.read(tenantId, (tx) => getExport(tx, tenantId, id))) };
    return written(desk, tenantId, await readyFile(desk, tenantId, id, 0), out);
  },
};
