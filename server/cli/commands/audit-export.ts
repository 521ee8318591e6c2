import { open } from "node:fs/promises";

import { filterValues, trailFilterSchema, trailFormats } from "@/server/domain/audit/trail.schema";
import { trailFile } from "@/server/domain/audit/trail-file";
import { check } from "../check";
import { BadInput, type Command } from "../command";

export const auditExport: Command = {
  summary: "Writes the audit trail of a tenant as a file, oldest event first.",
  options: {
    tenant: { value: "slug", about: "whose trail", required: true },
    out: { value: "file", about: "a new file, which only this account may read", required: true },
    format: { value: "csv|jsonl", about: "cells for a spreadsheet, or a JSON object per line", fallback: "jsonl" },
    action: { value: "name", about: "an action such as extension.edit, or its first word" },
    actor: { value: "text", about: "who: a part of a name or address, or a kind such as cli" },
    about: { value: "text", about: "a part of the subject, a request's id, or a network address" },
    outcome: { value: "ok|denied|failed", about: "only events that ended so" },
    from: { value: "day", about: "first day, such as 2027-01-01, in the tenant's time zone" },
    to: { value: "day", about: "last day" },
  },
  run: async (desk, given) => {
    const format = trailFormats.find((one) => one === given.must("format"));
    if (!format) throw new BadInput("--format is csv or jsonl.");
    const names = ["action", "actor", "about", "outcome", "from", "to"];
    const filter = check(trailFilterSchema, Object.fromEntries(names.map((name) => [name, given.text(name)])), {});
    const tenant = await desk.tenant(given.must("tenant"));
    const file = given.must("out");
    const handle = await open(file, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
      const why = error.code === "EEXIST" ? "there is a file of that name already" : "no file can be made there";
      throw new BadInput(`--out ${file}: ${why}.`);
    });
    let bytes = 0;
    try {
      await desk.change(tenant.id, "audit.export", async () => ({
        subject: `audit:${tenant.id}`,
        after: { format, ...filterValues(filter) },
        result: undefined,
      }));
      for await (const piece of trailFile((work) => desk.read(tenant.id, work), tenant.id, format, filter)) {
        bytes += (await handle.write(piece)).bytesWritten;
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    return { value: { tenant: tenant.slug, format, file, bytes }, say: `${file}: ${bytes} bytes.` };
  },
};
