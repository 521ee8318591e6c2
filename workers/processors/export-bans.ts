import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";

import { banFile, banFileNames, banFormats, type HeldBan } from "@/server/domain/bans/ban-files.rules";
import { heldBans } from "@/server/domain/bans/ban-list";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantId } from "@/server/kernel/ids";
import type { Processor } from "@/workers/processors/types";

/** What was written last by this process, by folder: files that say the same are left alone, so that nobody loads them again. */
const written = new Map<string, string>();

const keyOf = (bans: readonly HeldBan[]): string =>
  bans.map(({ network, scope, expiresAt }) => `${scope} ${network} ${expiresAt.getTime()}`).join("\n");

/**
 * Writes the bans that hold for a firewall, when they have changed: each file whole or not at all. Safe to repeat. Does
 * nothing where no folder is named.
 */
export const exportBans: Processor<"exportBans"> = async (_payload, { db, pool, settings }) => {
  const { banExport } = settings;
  if (!banExport) return;
  const { folder, ports } = banExport;
  const [operator] = await pool.query<{ id: TenantId | null }>("operator", "SELECT operator_tenant() AS id", []);
  if (!operator?.id) return;
  const tenantId = operator.id;
  const bans = await readTenant(db, { tenantId }, (tx) => heldBans(tx, tenantId));
  const key = keyOf(bans);
  if (written.get(folder) === key) return;
  await mkdir(folder, { recursive: true });
  const now = new Date();
  for (const format of banFormats) {
    const file = path.join(folder, banFileNames[format]);
    await writeFile(`${file}.new`, banFile(format, bans, now, ports), { mode: 0o644 });
    await rename(`${file}.new`, file);
  }
  written.set(folder, key);
};
