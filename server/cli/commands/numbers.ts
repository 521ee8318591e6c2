import { didSchema, numberFilterSchema } from "@/server/domain/numbers/number.schema";
import { listNumbers } from "@/server/domain/numbers/number-list";
import { addNumber, giveNumber, lostBy, removeNumber, routeNumber, takeNumber } from "@/server/domain/numbers/numbers";
import { getExtensionId } from "@/server/domain/provisioning/extension-list";
import { forTenantBelow } from "@/server/domain/tenancy/tenant-below";
import type { ExtensionId, TenantId } from "@/server/kernel/ids";
import { check } from "../check";
import { BadInput, type Command, type Given } from "../command";
import type { Desk } from "../desk";

const words = ["number"] as const;
const owner = { value: "slug", about: "the reseller whose number it is; the operator's when left out" } as const;

function didOf(given: Given): string {
  const parsed = didSchema.safeParse(given.word(0));
  if (parsed.success) return parsed.data;
  throw new BadInput(`<number>: ${parsed.error.issues[0]?.message ?? "not allowed"}`);
}

const ownerOf = async (desk: Desk, given: Given): Promise<TenantId> => {
  const slug = given.text("owner");
  return slug === undefined ? desk.operator() : (await desk.tenant(slug)).id;
};

const told = async (desk: Desk, ids: readonly (TenantId | undefined)[]): Promise<void> => {
  for (const id of new Set(ids)) if (id) await desk.publish(id, ["numbers", "audit"]);
};

export const numberAdd: Command = {
  summary: "Takes a number into service; with --tenant it is that tenant's, with --extension it rings there at once.",
  words,
  options: {
    tenant: { value: "slug", about: "who gets it; the operator keeps it when left out" },
    extension: { value: "101", about: "where it rings, an extension of that tenant" },
  },
  run: async (desk, given) => {
    const number = didOf(given);
    const operator = await desk.operator();
    const slug = given.text("tenant");
    const holder = slug === undefined ? operator : (await desk.tenant(slug)).id;
    const extension = given.text("extension");
    const extensionId = extension && (await desk.read(holder, (tx) => getExtensionId(tx, holder, extension)));
    await desk.change(operator, "number.add", async (tx) => {
      await addNumber(tx, operator, number);
      if (holder !== operator) await giveNumber(tx, operator, { number, id: holder });
      if (extensionId)
        await forTenantBelow(tx, holder, () => routeNumber(tx, holder, number, extensionId as ExtensionId));
      const after = { ...(slug === undefined ? {} : { to: slug }), ...(extension ? { extension } : {}) };
      return {
        subject: `number:${number}`,
        after,
        alsoFor: holder === operator ? [] : [holder],
        result: undefined,
      };
    });
    await told(desk, [operator, holder]);
    const value = { number, holder: slug ?? null, extension: extension ?? null };
    return { value, say: `+${number} is in service.` };
  },
};

export const numberGive: Command = {
  summary: "Hands a number to a tenant below its owner. It rings nowhere until it is routed.",
  words,
  options: { tenant: { value: "slug", about: "who gets it", required: true }, owner },
  run: async (desk, given) => {
    const number = didOf(given);
    const ownerId = await ownerOf(desk, given);
    const to = await desk.tenant(given.must("tenant"));
    const changed = await desk.change(ownerId, "number.give", async (tx) => {
      const done = await giveNumber(tx, ownerId, { number, id: to.id });
      return { subject: `number:${number}`, after: { to: to.slug }, alsoFor: [to.id], result: done.changed };
    });
    await told(desk, [ownerId, to.id]);
    return {
      value: { number, holder: to.slug, changed },
      say: `${to.slug} has +${number}${changed ? "" : " already"}.`,
    };
  },
};

/** Both take a number from whoever below has it. */
const lost = (
  summary: string,
  action: "number.take" | "number.remove",
  options: Command["options"],
  say: string,
): Command => ({
  summary,
  words,
  options,
  run: async (desk, given) => {
    const number = didOf(given);
    const ownerId = await ownerOf(desk, given);
    const from = await desk.change(ownerId, action, async (tx) => {
      const work = action === "number.take" ? takeNumber : removeNumber;
      const done = await work(tx, ownerId, number);
      return { subject: `number:${number}`, ...lostBy(done.from), result: done.from };
    });
    await told(desk, [ownerId, from?.id]);
    return { value: { number, from: from?.slug ?? null }, say: `+${number} ${say}.` };
  },
});

export const numberTake = lost(
  "Takes a number back from a tenant below its owner.",
  "number.take",
  { owner },
  "is back",
);

export const numberRelease = lost(
  "Takes a number out of service, whoever holds it.",
  "number.remove",
  {},
  "is out of service",
);

export const numberRoute: Command = {
  summary: "Says at which extension of its holder a number rings.",
  words,
  options: {
    tenant: { value: "slug", about: "who holds it", required: true },
    extension: { value: "101", about: "where it rings" },
    nowhere: { about: "callers hear that it is not in service" },
  },
  run: async (desk, given) => {
    const number = didOf(given);
    const extension = given.text("extension");
    if ((extension === undefined) === !given.flag("nowhere"))
      throw new BadInput("Give --extension or --nowhere, one of them.");
    const { id, slug } = await desk.tenant(given.must("tenant"));
    const extensionId = extension === undefined ? null : await desk.read(id, (tx) => getExtensionId(tx, id, extension));
    await desk.change(id, "number.route", async (tx) => {
      const { before, after } = await routeNumber(tx, id, number, extensionId);
      return { subject: `number:${number}`, before, after, result: undefined };
    });
    await told(desk, [id]);
    const value = { number, holder: slug, extension: extension ?? null };
    return { value, say: extension ? `+${number} rings at ${extension}.` : `+${number} rings nowhere.` };
  },
};

export const numberList: Command = {
  summary: "Numbers in service, who holds them and where they ring. Prices are those of the tenant that is asked for.",
  options: {
    tenant: { value: "slug", about: "of this tenant and those below; of all when left out" },
    text: { value: "4930", about: "a part of the number, or of the holder's name" },
    after: { value: "493012345678", about: "the last number of the page before; a page has 100" },
  },
  run: async (desk, given) => {
    const { text, cursor } = check(
      numberFilterSchema,
      { text: given.text("text"), cursor: given.text("after") },
      { cursor: "after" },
    );
    const slug = given.text("tenant");
    const id = slug === undefined ? await desk.operator() : (await desk.tenant(slug)).id;
    const filter = { ...(text ? { text } : {}), ...(cursor ? { cursor } : {}) };
    const { items } = await desk.readBelow(id, (tx) => listNumbers(tx, id, filter));
    return {
      value: items.map(({ number, holder, extension, price }) => ({
        number,
        holder: holder.slug,
        extension: extension?.number ?? null,
        currency: price?.currency ?? null,
        perMinuteMicros: price ? `${price.perMinuteMicros}` : null,
      })),
    };
  },
};
