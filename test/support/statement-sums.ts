import { createHash } from "node:crypto";

import { csvOf } from "@/server/domain/statements/csv";
import { makePdf } from "@/server/domain/statements/seal";
import { getStatement } from "@/server/domain/statements/statements";
import { connectDb } from "@/server/infra/db/client";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantId } from "@/server/kernel/ids";

/** Run as a process of its own, in another zone and locale: prints the sums of both files of a statement. */
const [, , url = "", tenant = "", id = ""] = process.argv;
const db = connectDb(url, 1);
const statement = await readTenant(db, { tenantId: tenant as TenantId }, (tx) =>
  getStatement(tx, tenant as TenantId, id),
);
const csv = createHash("sha256");
for await (const piece of csvOf(db, statement)) csv.update(piece);
const pdf = createHash("sha256").update(await makePdf(db, statement));
process.stdout.write(JSON.stringify({ csv: csv.digest("hex"), pdf: pdf.digest("hex") }));
await db.$disconnect();
