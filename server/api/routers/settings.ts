import { z } from "zod";

import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { languageSchema } from "@/server/domain/languages/language.schema";
import { setTenantLanguage } from "@/server/domain/languages/languages";
import { getSettings, renameTenant } from "@/server/domain/tenancy/settings";
import { tenantNameSchema } from "@/server/domain/tenancy/tenant.schema";

/** What a tenant is called, and what was settled when it was made. */
export const settingsRouter = router({
  get: tenantQuery("shell.read").query(({ ctx }) => ctx.read((tx) => getSettings(tx, ctx.tenantId))),

  rename: tenantMutation("members.write", "tenant.rename")
    .input(z.object({ name: tenantNameSchema, seen: z.string().max(200) }))
    .mutation(async ({ ctx, input: { name, seen } }) => {
      const result = await ctx.change(async (tx) => {
        const before = await renameTenant(tx, ctx.tenantId, { name, seen });
        return { subject: `tenant:${ctx.tenantId}`, before: { name: before }, after: { name }, result: { name } };
      });
      ctx.publish(["tenants"]);
      return result;
    }),

  setLanguage: tenantMutation("members.write", "tenant.set_language")
    .input(z.object({ language: languageSchema }))
    .mutation(({ ctx, input: { language } }) =>
      ctx.change(async (tx) => {
        const before = await setTenantLanguage(tx, ctx.tenantId, language);
        return {
          subject: `tenant:${ctx.tenantId}`,
          before: { language: before },
          after: { language },
          result: { language },
        };
      }),
    ),
});
