import { gunzipSync } from "node:zlib";

import type { NewExport } from "@/server/domain/exports/new-export.schema";
import type { Tenancy } from "@/test/support/builders";
import type { callerFor } from "@/test/support/caller";
import type { TestDatabase } from "@/test/support/database";
import { taskContext } from "@/test/support/task-context";
import { taskWorks } from "@/workers/tasks/all";
import { runTask } from "@/workers/tasks/run-task";

type Wish = Pick<NewExport, "what"> & Readonly<Record<string, unknown>>;

/** Asks for files as a person does, makes them as the workers do, and reads what is stored. */
export function exportDesk(db: TestDatabase, mine: ReturnType<typeof callerFor>, of: Tenancy) {
  const tenantSlug = of.slug;
  const ask = (file: Wish) => mine.exports.create({ tenantSlug, file: { filter: {}, ...file } as never });
  const make = (taskId: string) => runTask(taskContext({ db: db.app, pool: db.pool }, of.tenantId), taskId, taskWorks);
  const bytes = async (id: string): Promise<Buffer> => {
    const { rows } = await db.owner.query<{ data: Buffer }>(
      "SELECT data FROM export_part WHERE export_id = $1 ORDER BY part",
      [id],
    );
    return Buffer.concat(rows.map(({ data }) => gunzipSync(data)));
  };
  return {
    ask,
    make,
    bytes,
    get: (exportId: string) => mine.exports.get({ tenantSlug, exportId }),
    /** The whole way at once. */
    made: async (file: Wish) => {
      const asked = await ask(file);
      await make(asked.taskId);
      return {
        ...(await mine.exports.get({ tenantSlug, exportId: asked.id })),
        text: (await bytes(asked.id)).toString(),
      };
    },
  };
}

/** Puts so many ended calls of one phone into the database, a second apart from a moment on. */
export const manyCalls = (db: Pick<TestDatabase, "owner">, of: Tenancy, calls: number, from = "2026-03-01T00:00:00Z") =>
  db.owner.query(
    `INSERT INTO call (tenant_id, pbx, pbx_call_id, extension_number, extension_name, kind, dialled, to_e164, country, state, outcome, started_at, answered_at, ended_at,
       talk_ms, billed_seconds, cost_micros, currency)
     SELECT $1::uuid, 'past', $1::uuid || '-' || $3::timestamptz || '-' || n, '101', 'Front door', 'external', '4930' || n, '4930' || n, 'DE', 'ended', 'answered',
       $3::timestamptz + n * interval '1 second', $3::timestamptz + n * interval '1 second', $3::timestamptz + (n + 61) * interval '1 second', 61250, 120, 20000 + n, 'EUR'
     FROM generate_series(1, $2::int) n`,
    [of.tenantId, calls, from],
  );
