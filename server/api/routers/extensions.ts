import { z } from "zod";

import type { ApiSettings } from "@/server/api/context";
import { freshTenantMutation, router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { seenSchema } from "@/server/domain/audit/seen.schema";
import { allowListOf, setAllowList } from "@/server/domain/blocks/allow-list";
import { allowListSchema } from "@/server/domain/blocks/block.schema";
import { connectSteps } from "@/server/domain/provisioning/connect-steps";
import { askForEcho } from "@/server/domain/provisioning/echo-call";
import {
  extensionChangeSchema,
  extensionFilterSchema,
  newExtensionSchema,
} from "@/server/domain/provisioning/extension.schema";
import {
  getExtension,
  listExtensionEvents,
  listExtensions,
  listRegistrationEvents,
  pageOfExtensions,
  suggestNumber,
} from "@/server/domain/provisioning/extension-list";
import {
  createExtension,
  deleteExtension,
  editExtension,
  type NewPhone,
  resumeExtension,
  rotateSecret,
  suspendExtension,
} from "@/server/domain/provisioning/extensions";
import type { ExtensionId } from "@/server/kernel/ids";

const extensionId = z.uuid().transform((id) => id as ExtensionId);
const one = z.object({ extensionId });

/** The one answer that carries the secret in the clear. */
const phoneOf = (phone: NewPhone, settings: ApiSettings) => ({
  id: phone.id,
  number: phone.number,
  sipUsername: phone.sipUsername,
  secretOnce: phone.secret.reveal(),
  sipDomain: settings.sipDomain,
  sipPort: settings.sipPort,
  transport: settings.sipTransport,
  apps: { acrobitsCloudId: settings.acrobitsCloudId ?? null, zoiperProviderId: settings.zoiperProviderId ?? null },
});

export const extensionsRouter = router({
  list: tenantQuery("extensions.read").query(async ({ ctx }) => ({
    sip: { domain: ctx.settings.sipDomain, port: ctx.settings.sipPort, transport: ctx.settings.sipTransport },
    items: await ctx.read((tx) => listExtensions(tx, ctx.tenantId)),
  })),

  /** A page of them, for lists that may be long. */
  page: tenantQuery("extensions.read")
    .input(extensionFilterSchema)
    .query(async ({ ctx, input: { tenantSlug: _, ...filter } }) => ({
      sip: { domain: ctx.settings.sipDomain, port: ctx.settings.sipPort, transport: ctx.settings.sipTransport },
      ...(await ctx.read((tx) => pageOfExtensions(tx, ctx.tenantId, filter))),
    })),

  get: tenantQuery("extensions.read")
    .input(one)
    .query(({ ctx, input }) =>
      ctx.read(async (tx) => {
        const extension = await getExtension(tx, ctx.tenantId, input.extensionId);
        const [events, history] = [
          await listExtensionEvents(tx, ctx.tenantId, extension.sipUsername),
          await listRegistrationEvents(tx, ctx.tenantId, input.extensionId),
        ];
        return { ...extension, events, history };
      }),
    ),

  nextNumber: tenantQuery("extensions.write").query(async ({ ctx }) => ({
    number: await ctx.read((tx) => suggestNumber(tx, ctx.tenantId)),
  })),

  connectSteps: tenantQuery("extensions.read")
    .input(one.extend({ since: z.date() }))
    .query(async ({ ctx, input }) => ({
      steps: await ctx.read((tx) => connectSteps(tx, ctx.tenantId, { ...input, address: ctx.address })),
    })),

  create: tenantMutation("extensions.write", "extension.create")
    .input(newExtensionSchema)
    .mutation(async ({ ctx, input: { tenantSlug: _, ...input } }) => {
      const phone = await ctx.change(async (tx) => {
        const result = await createExtension(tx, ctx.tenantId, input);
        const after = { number: input.number, displayName: input.displayName, callerId: input.callerId ?? null };
        return { subject: `extension:${result.id}`, after, result };
      });
      return phoneOf(phone, ctx.settings);
    }),

  edit: tenantMutation("extensions.write", "extension.edit")
    .input(one.extend({ ...extensionChangeSchema.shape, seen: seenSchema }))
    .mutation(({ ctx, input: { tenantSlug: _, extensionId, seen, ...input } }) =>
      ctx.change(async (tx) => {
        const { before, after } = await editExtension(tx, ctx.tenantId, extensionId, input);
        return { subject: `extension:${extensionId}`, before, after, seen, result: { id: extensionId } };
      }),
    ),

  suspend: tenantMutation("extensions.write", "extension.suspend")
    .input(one)
    .mutation(({ ctx, input: { extensionId } }) =>
      ctx.change(async (tx) => {
        const before = await suspendExtension(tx, ctx.tenantId, extensionId);
        const after = { ...before, state: "suspended" };
        return { subject: `extension:${extensionId}`, before, after, result: { id: extensionId } };
      }),
    ),

  resume: tenantMutation("extensions.write", "extension.resume")
    .input(one)
    .mutation(({ ctx, input: { extensionId } }) =>
      ctx.change(async (tx) => {
        const before = await resumeExtension(tx, ctx.tenantId, extensionId);
        const after = { ...before, state: "active" };
        return { subject: `extension:${extensionId}`, before, after, result: { id: extensionId } };
      }),
    ),

  /** Its phones ring, and the one that is picked up hears itself. */
  callEcho: tenantMutation("extensions.write", "extension.call_echo")
    .input(one)
    .mutation(({ ctx, input: { extensionId } }) =>
      ctx.change(async (tx) => {
        await askForEcho(tx, ctx.tenantId, extensionId);
        return { subject: `extension:${extensionId}`, result: { id: extensionId } };
      }),
    ),

  rotateSecret: freshTenantMutation("extensions.write", "extension.rotate_secret")
    .input(one)
    .mutation(async ({ ctx, input: { extensionId } }) => {
      const phone = await ctx.change(async (tx) => {
        const result = await rotateSecret(tx, ctx.tenantId, extensionId);
        return { subject: `extension:${extensionId}`, after: { number: result.number }, result };
      });
      ctx.publish(["registrations"]);
      return phoneOf(phone, ctx.settings);
    }),

  /** Networks that its phones may come from; none: everywhere. */
  allowList: tenantQuery("extensions.read")
    .input(one)
    .query(({ ctx, input }) =>
      ctx.read(async (tx) => {
        const { id } = await getExtension(tx, ctx.tenantId, input.extensionId);
        return { networks: await allowListOf(tx, ctx.tenantId, id) };
      }),
    ),

  setAllowList: tenantMutation("extensions.write", "extension.set_allow_list")
    .input(one.extend({ ...allowListSchema.shape, seen: seenSchema }))
    .mutation(({ ctx, input: { extensionId, networks, cutOff, seen } }) =>
      ctx.change(async (tx) => {
        const { before, forgotten } = await setAllowList(tx, ctx.tenantId, { extensionId, networks, cutOff });
        return {
          subject: `extension:${extensionId}`,
          before: { networks: before.join(" ") },
          after: { networks: networks.join(" "), forgotten },
          seen,
          result: { id: extensionId, forgotten },
        };
      }),
    ),

  delete: tenantMutation("extensions.write", "extension.delete")
    .input(one)
    .mutation(({ ctx, input: { extensionId } }) =>
      ctx.change(async (tx) => {
        const before = await deleteExtension(tx, ctx.tenantId, extensionId);
        return { subject: `extension:${extensionId}`, before, result: { id: extensionId } };
      }),
    ),
});
