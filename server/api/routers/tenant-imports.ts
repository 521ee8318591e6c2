import { z } from "zod";

import { lineInWords, linesInWords } from "@/server/api/line-words";
import { requireFresh, router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { readTenantFile } from "@/server/domain/onboarding/tenant-file";
import { tenantFileSchema } from "@/server/domain/onboarding/tenant-import.schema";
import { createTenantImport, type ImportLine, importResult } from "@/server/domain/onboarding/tenant-imports";
import { checkCreditOfAll, type PlannedTenant, planTenants } from "@/server/domain/onboarding/tenant-plan";
import { DomainError } from "@/server/kernel/errors";
import { decimalOf } from "@/server/kernel/money";

const MOST_PROBLEMS = 500;
const SHOWN_ROWS = 100;
const PATIENCE_MS = 60_000;

const shown = ({ line, name, slug, planName, creditMicros, currency, timeZone, adminEmail }: PlannedTenant) => ({
  line,
  name,
  slug,
  planName,
  creditMicros,
  currency,
  timeZone,
  adminEmail,
});

/** Many tenants from one file. */
export const tenantImportsRouter = router({
  /** Says what is wrong with which row and what it does to the wallet; without dryRun has a long job make the good ones. */
  importFile: tenantMutation("tenants.write", "tenant.import")
    .input(tenantFileSchema)
    .mutation(({ ctx, input }) => {
      if (ctx.seat.tenantKind === "customer") {
        throw new DomainError("invalid_state", {}, "Only resellers and the operator have tenants below them.");
      }
      const file = readTenantFile(input.csv);
      return ctx.change(async (tx) => {
        const plan = await planTenants(tx, ctx.tenantId, file, ctx.settings.approvalLimit);
        const { rows, problems, madeBefore, money } = plan;
        const answer = {
          lines: file.lines,
          good: rows.length,
          rows: rows.slice(0, SHOWN_ROWS).map(shown),
          madeBefore,
          problems: linesInWords(problems.slice(0, MOST_PROBLEMS)),
          problemCount: problems.length,
          columns: file.columns,
          money,
          job: null as { taskId: string; importId: string } | null,
        };
        const subject = `tenant:${ctx.tenantId}`;
        const credit = decimalOf(money.creditMicros);
        const after = { lines: file.lines, good: rows.length, problems: problems.length, credit };
        const none = input.dryRun || rows.length === 0 || (problems.length > 0 && !input.partly);
        if (none) return { subject, after: { ...after, dryRun: true }, result: answer };
        // Credit for the beginning is money that moves, as any top-up is.
        if (money.creditMicros > 0n && !ctx.may("billing.write")) {
          const sentence =
            "Credit for the beginning wants the permission billing.write: take the column away, or ask somebody who has it.";
          throw new DomainError("forbidden", { permission: "billing.write" }, sentence);
        }
        if (money.creditMicros > ctx.settings.reauthAbove) requireFresh(ctx.signedIn);
        const by = { actor: `user:${ctx.userId}`, limit: ctx.settings.approvalLimit };
        await checkCreditOfAll(tx, { tenantId: ctx.tenantId, kind: ctx.seat.tenantKind }, plan, by);
        const job = await createTenantImport(tx, ctx.tenantId, { rows, by: by.actor });
        return { subject, after: { ...after, import: job.importId }, result: { ...answer, job } };
      }, PATIENCE_MS);
    }),

  /** What became of each line. */
  result: tenantQuery("tenants.read")
    .input(z.object({ tenantImportId: z.uuid() }))
    .query(async ({ ctx, input }) => {
      const result = await ctx.read((tx) => importResult(tx, ctx.tenantId, input.tenantImportId));
      const inWords = ({ problem, ...line }: ImportLine) => ({ ...line, problem: problem && lineInWords(problem) });
      return { ...result, lines: result.lines.map(inWords) };
    }),
});
