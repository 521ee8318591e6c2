import { z } from "zod";

import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { phoneCall } from "@/server/domain/calls/phone-call";
import { closeBrowserPhone, keepBrowserPhone, openBrowserPhone } from "@/server/domain/provisioning/browser-phones";
import { getExtension } from "@/server/domain/provisioning/extension-list";
import { iceServersOf } from "@/server/domain/provisioning/relays.rules";
import { DomainError } from "@/server/kernel/errors";
import type { ExtensionId } from "@/server/kernel/ids";

const extensionId = z.uuid().transform((id) => id as ExtensionId);
/** As `open` answered it. */
const name = z.string().max(120);

/** A phone in the page: credentials for minutes, and what the portal knows of its call. */
export const browserPhoneRouter = router({
  /** Where browsers reach the telephone system; null where nobody set that up. */
  place: tenantQuery("extensions.read").query(({ ctx }) => ({ url: ctx.settings.browserPhoneUrl })),

  open: tenantMutation("extensions.write", "extension.open_browser_phone")
    .input(z.object({ extensionId }))
    .mutation(async ({ ctx, input }) => {
      const url = ctx.settings.browserPhoneUrl;
      // A call is paid by the tenant whose extension it is: only its own people speak at its expense.
      if (ctx.seat.seatTenantId !== ctx.tenantId) {
        const sentence = "Only people of the tenant itself call with its extensions.";
        throw new DomainError("forbidden", { extensionId: input.extensionId }, sentence);
      }
      const phone = await ctx.change(async (tx) => {
        const { number, displayName, sipUsername } = await getExtension(tx, ctx.tenantId, input.extensionId);
        if (!url) throw new DomainError("invalid_state", {}, "No phone in the browser is set up on this installation.");
        const { sessionId } = ctx.signedIn;
        const of = { extensionId: input.extensionId, sipUsername, sessionId, address: ctx.address };
        const made = await openBrowserPhone(tx, of);
        const iceServers = iceServersOf(ctx.settings.relays, made.name, new Date());
        const result = { ...made, number, displayName, url, iceServers };
        return { subject: `extension:${input.extensionId}`, after: { number, phone: made.name }, result };
      });
      ctx.publish(["registrations"]);
      return phone;
    }),

  /** The page is still there: five minutes more, and relays for its next call. `until` is null when the phone is over. */
  alive: tenantQuery("extensions.write")
    .input(z.object({ name }))
    .query(async ({ ctx, input }) => {
      const { sessionId } = ctx.signedIn;
      const until = await keepBrowserPhone(ctx.db, { tenantId: ctx.tenantId, sessionId, name: input.name });
      return {
        until: until ?? null,
        iceServers: until ? iceServersOf(ctx.settings.relays, input.name, new Date()) : [],
      };
    }),

  close: tenantMutation("extensions.write", "extension.close_browser_phone")
    .input(z.object({ extensionId, name }))
    .mutation(async ({ ctx, input }) => {
      const result = await ctx.change(async (tx) => {
        const { number } = await getExtension(tx, ctx.tenantId, input.extensionId);
        const closed = await closeBrowserPhone(tx, ctx.signedIn.sessionId, input.name);
        return { subject: `extension:${input.extensionId}`, after: { number, closed }, result: { closed } };
      });
      ctx.publish(["registrations"]);
      return result;
    }),

  /** What the portal knows of the call that the page placed some seconds ago; null when it knows none. */
  callState: tenantQuery("extensions.read")
    .input(z.object({ extensionId, dialled: z.string().max(128), ageSeconds: z.number().int().min(0).max(20_000) }))
    .query(({ ctx, input }) =>
      ctx.read(async (tx) => {
        await getExtension(tx, ctx.tenantId, input.extensionId);
        return (await phoneCall(tx, ctx.tenantId, input)) ?? null;
      }),
    ),
});
