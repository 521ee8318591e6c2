import { Client } from "pg";
import type { TestDatabase } from "@/test/support/database";
import { eventually } from "@/test/support/eventually";

/**
 * Holds up whoever writes to this call, as a lock of somebody else does: what happens meanwhile happens in the middle of
 * a statement.
 */
export async function heldUp(db: TestDatabase, call: string) {
  const holder = new Client({ connectionString: db.ownerUrl });
  await holder.connect();
  await holder.query("BEGIN");
  await holder.query("SELECT FROM call WHERE pbx_call_id = $1 FOR UPDATE", [call]);
  const waiting = "datname = current_database() AND wait_event_type = 'Lock'";
  return {
    /** The server ends the connection of whoever waits, as at a restart. Waits until somebody does. */
    cutOff: () =>
      eventually(async () => {
        const text = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${waiting}`;
        const { rowCount } = await db.owner.query(text);
        if (rowCount === 0) throw new Error("nobody waits for this call");
      }),
    release: async () => {
      await holder.query("ROLLBACK");
      await holder.end();
    },
  };
}
