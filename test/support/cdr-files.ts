import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";

import { type CdrOptions, cdrOptionsSchema, PART_BYTES } from "@/server/domain/cdr-import/cdr-import.schema";
import { addCdrPart, createCdrImport, getCdrImport, startCdrImport } from "@/server/domain/cdr-import/imports";
import { readTenant } from "@/server/infra/db/read-tenant";
import { writeTenant } from "@/server/infra/db/write-tenant";
import { silentLogger } from "@/server/infra/log/logger";
import type { TenantId } from "@/server/kernel/ids";
import type { TestDatabase } from "@/test/support/database";
import type { TenantContext } from "@/workers/processors/types";
import { importCdr } from "@/workers/tasks/import-cdr";
import { runTask } from "@/workers/tasks/run-task";

type Given = Partial<CdrOptions> & Pick<CdrOptions, "format" | "source">;

/** Sends files of call records as the portal does, and reads them as a worker does. */
export function cdrFiles(db: TestDatabase, operatorId: string) {
  const tenantId = operatorId as TenantId;
  const context = (more: Partial<TenantContext> = {}): TenantContext => ({
    jobId: randomUUID(),
    tenantId,
    db: db.app,
    pool: db.pool,
    ami: undefined,
    reconciler: { run: async () => ({ sawChannels: false, checkedLedger: false, open: 0, live: 0, settled: 0 }) },
    log: silentLogger,
    pbx: "pbx1",
    settings: { appUrl: "https://portal.example", securityEventRetentionDays: 90, auditFile: undefined },
    ...more,
  });
  const send = async (content: string | Buffer, given: Given): Promise<string> => {
    const zipped = gzipSync(content);
    const parts = Math.max(1, Math.ceil(zipped.length / PART_BYTES));
    const options = cdrOptionsSchema.parse(given);
    const file = { ...options, fileName: "file.csv", bytes: Buffer.byteLength(content) };
    return writeTenant(db.app, { tenantId }, async (tx) => {
      const id = await createCdrImport(tx, tenantId, file, "test");
      for (let part = 0; part < parts; part += 1) {
        const bytes = new Uint8Array(zipped.subarray(part * PART_BYTES, (part + 1) * PART_BYTES));
        await addCdrPart(tx, tenantId, id, part, bytes);
      }
      await startCdrImport(tx, tenantId, id, parts);
      return id;
    });
  };
  const look = (importId: string) => readTenant(db.app, { tenantId }, (tx) => getCdrImport(tx, tenantId, importId));
  const run = async (importId: string, more: Partial<TenantContext> = {}) => {
    const { task } = await look(importId);
    await runTask(context(more), task?.id ?? "", { "cdr.import": importCdr });
    return look(importId);
  };
  return {
    context,
    send,
    look,
    run,
    /** Sends and reads, and gives what came of it. */
    read: async (content: string | Buffer, given: Given, more: Partial<TenantContext> = {}) =>
      run(await send(content, given), more),
  };
}

/** A moment as cdr_csv writes it. */
export const masterTime = (at: Date): string => at.toISOString().slice(0, 19).replace("T", " ");

type MasterOf = {
  call: string;
  endpoint: string;
  startedAt: Date;
  talkSeconds: number;
  sequence?: number | undefined;
  linkedId?: string;
  clid?: string;
  word?: string;
  disposition?: string;
};

/** A line of Master.csv with the newer columns, or without them when it has no sequence. */
export function masterLine(of: MasterOf): string {
  const { call, endpoint, startedAt, talkSeconds, sequence, clid = '"Front door" <101>' } = of;
  const answeredAt = new Date(startedAt.getTime() + 3_000);
  const endedAt = new Date(answeredAt.getTime() + talkSeconds * 1000);
  const answered = talkSeconds > 0;
  const fields = [
    "",
    "101",
    "493012345678",
    "ringfence-phone",
    clid,
    `PJSIP/${endpoint}-00000001`,
    "PJSIP/carrier-00000002",
    "Dial",
    "PJSIP/493012345678@carrier,60",
    masterTime(startedAt),
    answered ? masterTime(answeredAt) : "",
    masterTime(endedAt),
    String(talkSeconds + 3),
    String(talkSeconds),
    of.disposition ?? (answered ? "ANSWERED" : "NO ANSWER"),
    "DOCUMENTATION",
    call,
    of.word ?? "out:x",
    ...(sequence === undefined ? [] : ["", of.linkedId ?? call, String(sequence)]),
  ];
  return `${fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(",")}\n`;
}
