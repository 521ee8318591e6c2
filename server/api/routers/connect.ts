import { z } from "zod";

import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { deskPhoneSchema, linkSchema } from "@/server/domain/provisioning/connect.schema";
import { addDeskPhone, listDeskPhones, removeDeskPhone } from "@/server/domain/provisioning/desk-phones";
import { listLinks, makeLink, revokeLink } from "@/server/domain/provisioning/links";
import type { ExtensionId } from "@/server/kernel/ids";

const extensionId = z.uuid().transform((id) => id as ExtensionId);
const one = z.object({ extensionId });

/** How phones get their settings: apps by a link, desk phones by fetching them. */
export const connectRouter = router({
  links: tenantQuery("extensions.read")
    .input(one)
    .query(async ({ ctx, input }) => ({
      items: await ctx.read((tx) => listLinks(tx, ctx.tenantId, input.extensionId)),
    })),

  /** The one answer that carries the link. */
  makeLink: tenantMutation("extensions.write", "extension.make_link")
    .input(one.extend(linkSchema.shape))
    .mutation(async ({ ctx, input: { extensionId, secret, devices } }) => {
      const by = `user:${ctx.userId}`;
      const { id, token, expiresAt } = await ctx.change(async (tx) => {
        const result = await makeLink(tx, ctx.tenantId, { extensionId, secret, devices, by });
        return { subject: `extension:${extensionId}`, after: { link: result.id, devices }, result };
      });
      return { id, urlOnce: `${ctx.settings.appUrl}/api/provision/${token}`, expiresAt };
    }),

  revokeLink: tenantMutation("extensions.write", "extension.revoke_link")
    .input(z.object({ linkId: z.uuid() }))
    .mutation(({ ctx, input: { linkId } }) =>
      ctx.change(async (tx) => {
        const of = await revokeLink(tx, ctx.tenantId, linkId);
        return { subject: `extension:${of}`, after: { link: linkId }, result: { id: linkId } };
      }),
    ),

  deskPhones: tenantQuery("extensions.read")
    .input(one)
    .query(async ({ ctx, input }) => ({
      url: `${ctx.settings.appUrl}/api/provision/desk/`,
      items: await ctx.read((tx) => listDeskPhones(tx, ctx.tenantId, input.extensionId)),
    })),

  /** The one answer that carries the password the phone fetches its settings with. */
  addDeskPhone: tenantMutation("extensions.write", "extension.add_desk_phone")
    .input(one.extend(deskPhoneSchema.shape))
    .mutation(async ({ ctx, input: { extensionId, vendor, mac, secret } }) => {
      const by = `user:${ctx.userId}`;
      const phone = await ctx.change(async (tx) => {
        const result = await addDeskPhone(tx, ctx.tenantId, { extensionId, vendor, mac, secret, by });
        const after = { vendor, mac, replaced: result.replaced };
        return { subject: `extension:${extensionId}`, after, result };
      });
      return {
        id: phone.id,
        mac,
        vendor,
        url: `${ctx.settings.appUrl}/api/provision/desk/`,
        login: phone.login,
        passwordOnce: phone.password.reveal(),
      };
    }),

  removeDeskPhone: tenantMutation("extensions.write", "extension.remove_desk_phone")
    .input(z.object({ deskPhoneId: z.uuid() }))
    .mutation(({ ctx, input: { deskPhoneId } }) =>
      ctx.change(async (tx) => {
        const { extensionId, mac } = await removeDeskPhone(tx, ctx.tenantId, deskPhoneId);
        return { subject: `extension:${extensionId}`, before: { mac }, result: { id: deskPhoneId } };
      }),
    ),
});
