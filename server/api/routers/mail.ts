import { z } from "zod";

import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { listMails, sendMailAgain } from "@/server/domain/mail/mail";

/** What the product sent to people by mail: envelopes only. */
export const mailRouter = router({
  list: tenantQuery("members.read").query(({ ctx }) =>
    ctx.read(async (tx) => ({ items: await listMails(tx, ctx.tenantId), goesOut: ctx.settings.mailGoesOut })),
  ),

  sendAgain: tenantMutation("billing.write", "mail.send_again")
    .input(z.object({ mailId: z.uuid() }))
    .mutation(({ ctx, input }) =>
      ctx.change(async (tx) => {
        await sendMailAgain(tx, ctx.tenantId, input.mailId);
        return { subject: `mail:${input.mailId}`, result: { ok: true as const } };
      }),
    ),
});
