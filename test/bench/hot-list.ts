import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";

import { addHotPart, createHotImport, createHotList, startHotImport } from "@/server/domain/blocks/hot-lists";
import { connectDb } from "@/server/infra/db/client";
import { createPool } from "@/server/infra/db/pool";
import { writeTenant } from "@/server/infra/db/write-tenant";
import type { TenantId } from "@/server/kernel/ids";
import { taskContext } from "@/test/support/task-context";
import { taskWorks } from "@/workers/tasks/all";
import { runTask } from "@/workers/tasks/run-task";
import { type BenchDatabase, benchDatabase } from "./database";
import { type Figure, round } from "./figure";

const ROWS = 500_000;
/** More lines that are no number than are kept. */
const GARBAGE = 11_000;
const KEPT = 10_000;
const FEW = 50_000;
const PART_BYTES = 500_000;

/** A hot list of half a million lines, some of them garbage, read and in place; memory beside one of a tenth of the lines. */
export async function hotList(): Promise<Figure[]> {
  const bench = await benchDatabase();
  try {
    const few = await read(bench, "few", textOf(FEW));
    const many = await read(bench, "many", textOf(ROWS));
    await proveHeld(bench);
    const grewMb = Math.round((many.peakBytes - few.peakBytes) / 1_048_576);
    const what = `hot list of ${ROWS} lines, ${GARBAGE} of them garbage`;
    return [
      {
        ...{ id: "hotlist", what, measured: round(many.seconds), unit: "s" },
        ...{ reach: "≤ 30 s", reached: many.seconds <= 30 },
        anchor: `${FEW} lines in ${round(few.seconds)} s`,
      },
      {
        ...{ id: "hotlist", what: `the same: memory beside ${FEW} lines`, measured: grewMb, unit: "MB more" },
        ...{ reach: "≤ 96 MB", reached: grewMb <= 96 },
      },
    ];
  } finally {
    await bench.stop();
  }
}

const isGarbage = (line: number, rows: number) =>
  line % Math.floor(rows / GARBAGE) === 0 && line / Math.floor(rows / GARBAGE) < GARBAGE;

const textOf = (rows: number): string =>
  `${Array.from({ length: rows }, (_, line) => (isGarbage(line, rows) ? `garbage ${line}` : 493_000_000_000 + line)).join("\n")}\n`;

async function read(bench: BenchDatabase, name: string, text: string) {
  const tenantId = bench.operatorId as TenantId;
  const [db, pool] = [connectDb(bench.appUrl, 4), createPool(bench.appUrl, () => {}, 4)];
  const packed = gzipSync(text);
  const parts = Math.ceil(packed.length / PART_BYTES);
  const taskId = await writeTenant(db, { tenantId }, async (tx) => {
    const hotListId = await createHotList(tx, tenantId, name);
    const file = { hotListId, fileName: "hot.csv", bytes: text.length, mode: "replace", by: randomUUID() } as const;
    const importId = await createHotImport(tx, tenantId, file);
    for (let part = 0; part < parts; part += 1) {
      const content = Uint8Array.from(packed.subarray(part * PART_BYTES, (part + 1) * PART_BYTES));
      await addHotPart(tx, tenantId, { importId, part, content });
    }
    return startHotImport(tx, tenantId, { importId, parts });
  });
  let peakBytes = 0;
  const watch = setInterval(() => {
    peakBytes = Math.max(peakBytes, process.memoryUsage().rss);
  }, 20);
  const began = performance.now();
  await runTask(taskContext({ db, pool }, tenantId), taskId, taskWorks);
  const seconds = (performance.now() - began) / 1_000;
  clearInterval(watch);
  await Promise.all([db.$disconnect(), pool.close()]);
  return { seconds, peakBytes };
}

/** What was measured is the right thing. @throws when numbers are missing, or problems are not those of the first lines. */
async function proveHeld({ owner }: BenchDatabase): Promise<void> {
  const { rows } = await owner.query(
    `SELECT l.numbers, i.problems, count(p.*)::int AS kept, min(p.line) AS first, max(p.line) AS last
     FROM hot_list l JOIN hot_import i ON i.list_id = l.id LEFT JOIN hot_import_problem p ON p.import_id = i.id
     WHERE l.name = 'many' GROUP BY l.numbers, i.problems`,
  );
  const every = Math.floor(ROWS / GARBAGE);
  const want = { numbers: ROWS - GARBAGE, problems: GARBAGE, kept: KEPT, first: 1, last: (KEPT - 1) * every + 1 };
  for (const [name, value] of Object.entries(want)) {
    const [found] = rows as Record<string, unknown>[];
    if (Number(found?.[name]) !== value) throw new Error(`${name} is ${found?.[name]}, and should be ${value}`);
  }
}
