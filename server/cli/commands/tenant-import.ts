import { MOST_TENANT_CHARACTERS } from "@/server/domain/onboarding/import-limits.schema";
import { readTenantFile } from "@/server/domain/onboarding/tenant-file";
import { makeTenantLine, refuseTenantLine, writeTenantImport } from "@/server/domain/onboarding/tenant-imports";
import { checkCreditOfAll, planTenants } from "@/server/domain/onboarding/tenant-plan";
import { DomainError } from "@/server/kernel/errors";
import type { Command } from "../command";
import type { Desk } from "../desk";
import { progressOn } from "../progress";
import { readText } from "../read-text";

export const tenantImport: Command = {
  summary: "Makes the tenants of a CSV file below a tenant: all of them, or with --partly those that can be made.",
  words: ["file"],
  options: {
    parent: { value: "slug", about: "the tenant above them", required: true },
    "dry-run": { about: "say what would be made, what is wrong, and what it does to the wallet; nothing is made" },
    partly: { about: "make the good rows although others are wrong" },
  },
  run: async (desk, given) => {
    const parent = await desk.tenant(given.must("parent"));
    const file = readTenantFile(await readText(given.word(0), MOST_TENANT_CHARACTERS));
    const plan = await desk.read(parent.id, (tx) => planTenants(tx, parent.id, file, desk.place.topUpApprovalLimit));
    const { rows, problems, madeBefore, money } = plan;
    const told = { lines: file.lines, good: rows.length, madeBefore, problems, money };
    const refused = problems.length > 0 && !given.flag("partly");
    if (given.flag("dry-run") || refused || rows.length === 0) {
      return { value: { ...told, made: 0, refused: [] }, failed: refused && !given.flag("dry-run") };
    }
    const by = { actor: desk.actorName, limit: desk.place.topUpApprovalLimit };
    const importId = await desk.change(parent.id, "tenant.import", async (tx) => {
      await checkCreditOfAll(tx, { tenantId: parent.id, kind: parent.kind }, plan, by);
      const id = await writeTenantImport(tx, parent.id, { rows, by: desk.actorName });
      return { subject: `import:${id}`, after: { lines: file.lines, good: rows.length }, result: id };
    });
    const done = await makeAll(
      desk,
      parent,
      importId,
      rows.map(({ line }) => line),
    );
    await desk.publish(parent.id, ["tenants", "balance", "audit"]);
    return { value: { ...told, ...done }, failed: done.refused.length > 0 };
  },
};

type Refused = Readonly<{ line: number; code: string; problem: string }>;

/** One by one, each as a whole; what is refused stops no other. */
async function makeAll(
  desk: Desk,
  parent: Awaited<ReturnType<Desk["tenant"]>>,
  importId: string,
  lines: readonly number[],
): Promise<{ made: number; refused: readonly Refused[] }> {
  const progress = progressOn(process.stderr);
  const refused: Refused[] = [];
  const payer = { tenantId: parent.id, kind: parent.kind };
  const approvalLimit = desk.place.topUpApprovalLimit;
  const making = { importId, payer, by: desk.actorName, approvalLimit, houseUrl: desk.place.appUrl };
  for (const [at, line] of lines.entries()) {
    try {
      await desk.change(parent.id, "tenant.create", async (tx) => {
        const made = await makeTenantLine(tx, { ...making, line });
        if (!made) return { subject: `import:${importId}`, after: { line, again: true }, result: undefined };
        return { subject: `tenant:${made.tenantId}`, after: made.after, alsoFor: [made.tenantId], result: undefined };
      });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const problem = error.sentence;
      refused.push({ line, code: error.code, problem });
      await desk.change(parent.id, "tenant.import", async (tx) => {
        await refuseTenantLine(tx, parent.id, { importId, line, problem });
        return { subject: `import:${importId}`, after: { line, refused: error.code }, result: undefined };
      });
    }
    progress.show("Making", at + 1, lines.length);
  }
  progress.end();
  return { made: lines.length - refused.length, refused };
}
