import { createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import { createInterface } from "node:readline";

import { type AnchorCheck, checkAnchors } from "@/server/domain/audit/anchors";
import { verifyTrail } from "@/server/domain/audit/verify";
import { listTree } from "@/server/domain/tenancy/tenants";
import { BadInput, type Command } from "../command";
import type { Desk } from "../desk";
import { failureOf } from "../failure";

export const auditVerify: Command = {
  summary:
    "Walks the chain of audit events: an edit, a deletion, a reordering, an insertion or a cut-off end is found. What was found is an event.",
  options: {
    tenant: { value: "slug", about: "one tenant; all when left out" },
    against: {
      value: "file",
      about: "a file of anchors or a copy of the trail: finds as well a chain that was cut and sealed again",
      repeatable: true,
    },
  },
  run: async (desk, given) => {
    const files = given.all("against");
    for (const file of files) await mustRead(file);
    const slug = given.text("tenant");
    const operator = await desk.operator();
    const some = slug === undefined ? await desk.readAll((tx) => listTree(tx, operator)) : [await desk.tenant(slug)];
    const tenants = [];
    for (const tenant of some) {
      const { ok, rows, firstBadSeq } = await verifyTrail((work) => desk.read(tenant.id, work), tenant.id);
      const badSeq = firstBadSeq === null ? null : Number(firstBadSeq);
      tenants.push({ tenant: tenant.slug, ok, events: Number(rows), firstBadSeq: badSeq });
    }
    const slugs = new Map(some.map(({ id, slug }) => [id as string, slug]));
    const anchors = [];
    for (const file of files) anchors.push(await against(desk, file, slugs, slug !== undefined));
    const bad = tenants.filter(({ ok }) => !ok);
    const ok = bad.length === 0 && anchors.every((each) => each.ok);
    const events = tenants.reduce((sum, each) => sum + each.events, 0);
    const say = [
      ...bad.map(({ tenant, firstBadSeq }) => `${tenant}: the chain breaks at event ${firstBadSeq}.`),
      ...(bad.length === 0 ? [`${events} events of ${tenants.length} tenants: the chains are whole.`] : []),
      ...anchors.map(sayAgainst),
    ].join("\n");
    const checked = files.length > 0 ? anchors.reduce((sum, each) => sum + each.checked, 0) : null;
    const only = slug === undefined ? undefined : some[0];
    const noted = desk.change(only?.id ?? operator, "audit.verify", async () => ({
      subject: `audit:${only?.id ?? "all"}`,
      after: { ok, events, tenants: tenants.length, broken: bad.length, anchors: checked },
      result: undefined,
    }));
    // What was found is said in any case, also by a copy of the database that takes no event.
    const why = await noted.then(
      () => undefined,
      (error: unknown) => failureOf(error).message,
    );
    const value = { ok, events, tenants, noted: why === undefined, ...(files.length > 0 && { against: anchors }) };
    return {
      value,
      say: why === undefined ? say : `${say}\nThat it was verified could not be written into the trail: ${why}`,
      failed: !ok,
    };
  },
};

async function mustRead(file: string): Promise<void> {
  try {
    await access(file);
  } catch {
    throw new BadInput(`--against ${file}: there is no such file, or this account may not read it.`);
  }
}

async function against(desk: Desk, file: string, slugs: ReadonlyMap<string, string>, only: boolean) {
  const lines = createInterface({ input: createReadStream(file, "utf8"), crlfDelay: Number.POSITIVE_INFINITY });
  const wanted = only ? onlyOf(lines, [...slugs.keys()]) : lines;
  const found = await checkAnchors((work) => desk.readAll(work), wanted);
  const broken = found.broken.map(({ tenantId, seq, missing }) => ({
    tenant: slugs.get(tenantId) ?? tenantId,
    seq: Number(seq),
    what: missing ? ("missing" as const) : ("changed" as const),
  }));
  return { file, ok: broken.length === 0, checked: found.checked, unreadable: found.unreadable, broken };
}

/** The lines of some tenants; what is left out here is not read wrongly, it was not asked for. */
async function* onlyOf(lines: AsyncIterable<string>, tenants: readonly string[]): AsyncGenerator<string> {
  for await (const line of lines) if (tenants.some((tenant) => line.includes(tenant))) yield line;
}

type Against = Readonly<{
  file: string;
  ok: boolean;
  broken: readonly { tenant: string; seq: number; what: string }[];
}> &
  Omit<AnchorCheck, "broken">;

function sayAgainst({ file, broken, checked, unreadable }: Against): string {
  const cut = unreadable > 0 ? ` ${unreadable} lines of it were not readable.` : "";
  if (broken.length === 0) return `${file}: all ${checked} lines agree with the database.${cut}`;
  const named = broken.map(({ tenant, seq, what }) => `${tenant}: event ${seq} is ${what}; ${file} knows it.`);
  return [...named, ...(cut ? [`${file}:${cut}`] : [])].join("\n");
}
