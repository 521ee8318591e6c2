import { newBundleSchema } from "@/server/domain/bundles/bundle.schema";
import { createBundle, endBundle, giveBundle, listBundles, listHeldBundles } from "@/server/domain/bundles/bundles";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { check } from "../check";
import { BadInput, type Command, type Given } from "../command";
import type { Desk } from "../desk";

const SECONDS_PER_MINUTE = 60;
const owner = { value: "slug", about: "the reseller whose bundle it is; the operator's when left out" } as const;
const given = {
  tenant: { value: "slug", about: "who has it", required: true },
  bundle: { value: "name", about: "the bundle", required: true },
  owner,
} as const;

const ownerOf = async (desk: Desk, from: Given): Promise<TenantId> => {
  const slug = from.text("owner");
  return slug === undefined ? desk.operator() : (await desk.tenant(slug)).id;
};

const wholeOf = (text: string | undefined): number | string | undefined =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : text;

/** Minutes or calls, one of them; minutes are kept as seconds. */
function quantityOf(from: Given): { unit: "seconds" | "calls"; quantity: unknown } {
  const [minutes, calls] = [wholeOf(from.text("minutes")), wholeOf(from.text("calls"))];
  if ((minutes === undefined) === (calls === undefined)) throw new BadInput("Give --minutes or --calls, one of them.");
  if (minutes === undefined) return { unit: "calls", quantity: calls };
  return { unit: "seconds", quantity: typeof minutes === "number" ? minutes * SECONDS_PER_MINUTE : minutes };
}

export const bundleCreate: Command = {
  summary: "Makes a bundle of free minutes or calls to numbers that begin with one of its prefixes.",
  options: {
    name: { value: "text", about: "what the bundle is called", required: true },
    minutes: { value: "500", about: "how many minutes in one period" },
    calls: { value: "100", about: "how many calls in one period, instead of minutes" },
    period: { value: "month", about: "day or month, of the buyer's own calendar", fallback: "month" },
    prefixes: { value: "49,43,41", about: "the destination group", required: true },
    "seconds-per-call": { value: "3600", about: "of a bundle of calls: how long one may be free" },
    owner,
  },
  run: async (desk, from) => {
    const { unit, quantity } = quantityOf(from);
    const bundle = check(
      newBundleSchema,
      {
        name: from.text("name"),
        unit,
        quantity,
        period: from.text("period"),
        prefixes: (from.text("prefixes") ?? "").split(/[\s,;]+/).filter((prefix) => prefix !== ""),
        secondsPerCall: wholeOf(from.text("seconds-per-call")),
      },
      { quantity: unit === "calls" ? "calls" : "minutes", secondsPerCall: "seconds-per-call" },
    );
    const ownerId = await ownerOf(desk, from);
    const id = await desk.change(ownerId, "bundle.create", async (tx) => {
      const result = await createBundle(tx, ownerId, bundle);
      const { name, period, prefixes } = bundle;
      const after = { name, quantity: bundle.quantity, unit, period, prefixes: prefixes.join(" ").slice(0, 500) };
      return { subject: `bundle:${result}`, after, result };
    });
    return { value: { id, ...bundle }, say: `Made the bundle ${bundle.name}.` };
  },
};

async function bundleNamed(desk: Desk, ownerId: TenantId, name: string): Promise<string> {
  const found = (await desk.read(ownerId, (tx) => listBundles(tx, ownerId))).find((bundle) => bundle.name === name);
  if (!found) throw new DomainError("not_found", { field: "bundle" }, `There is no bundle called "${name}".`);
  return found.id;
}

async function giveOrEnd(desk: Desk, from: Given, act: "give" | "end") {
  const buyer = await desk.tenant(from.must("tenant"));
  const ownerId = await ownerOf(desk, from);
  const bundleId = await bundleNamed(desk, ownerId, from.must("bundle"));
  const changed = await desk.change(ownerId, `bundle.${act}`, async (tx) => {
    const step = act === "give" ? giveBundle : endBundle;
    const done = await step(tx, ownerId, { bundleId, buyerId: buyer.id });
    const values = { bundle: done.name, to: buyer.slug };
    const shown = act === "give" ? { after: values } : { before: values };
    return { subject: `bundle:${bundleId}`, ...shown, alsoFor: [buyer.id], result: done.changed };
  });
  await desk.publish(buyer.id, ["balance", "audit"]);
  return { tenant: buyer.slug, bundle: from.must("bundle"), changed };
}

export const bundleGive: Command = {
  summary: "Gives a bundle to a tenant below its owner, from now on.",
  options: given,
  run: async (desk, from) => {
    const value = await giveOrEnd(desk, from, "give");
    return { value, say: `${value.tenant} has ${value.bundle}${value.changed ? "" : " already"}.` };
  },
};

export const bundleEnd: Command = {
  summary: "Ends a tenant's bundle; calls in progress keep what they have of it.",
  options: given,
  run: async (desk, from) => {
    const value = await giveOrEnd(desk, from, "end");
    return { value, say: `${value.tenant} ${value.changed ? "has no more" : "did not have"} ${value.bundle}.` };
  },
};

export const bundleList: Command = {
  summary: "The bundles that an owner sells, or with --tenant what a tenant has and has left in this period.",
  options: { owner, tenant: { value: "slug", about: "what this tenant has" } },
  run: async (desk, from) => {
    const slug = from.text("tenant");
    if (slug !== undefined) {
      const { id } = await desk.tenant(slug);
      return { value: await desk.read(id, (tx) => listHeldBundles(tx, id)) };
    }
    const ownerId = await ownerOf(desk, from);
    // Counted over the whole branch, so that holders below are seen.
    return { value: await desk.readAll((tx) => listBundles(tx, ownerId)) };
  },
};
