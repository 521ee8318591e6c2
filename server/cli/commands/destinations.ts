import { readFile } from "node:fs/promises";
import { z } from "zod";
import {
  countrySchema,
  type DestinationChange,
  fraudRangesSchema,
} from "@/server/domain/destinations/destination.schema";
import { auditOfDestinations, listDestinations, saveDestinations } from "@/server/domain/destinations/destinations";
import { importFraudRanges, listFraudRanges } from "@/server/domain/destinations/fraud-ranges";
import { hasNormalNumbers, numberClasses } from "@/server/kernel/number-class";
import { check } from "../check";
import type { Command, Given, Result } from "../command";
import type { Desk } from "../desk";

const tenant = { value: "slug", about: "whose calls", required: true } as const;
const country = {
  value: "FR",
  about: "two letters; XS satellite phones, XN international networks",
  required: true,
} as const;
const below = { about: "for everybody from the tenant down: what is closed so, nobody below it opens" } as const;
const words = [...numberClasses, "all"] as const;
const numbersAre = (fallback: string) =>
  ({ value: "normal|special|fraud|all", about: `which of its numbers; ${fallback}` }) as const;

export const destinationsList: Command = {
  summary: "The countries that a tenant may call; all others are closed.",
  options: { tenant, all: { about: "closed ones as well" } },
  run: async (desk, given) => {
    const { id } = await desk.tenant(given.must("tenant"));
    const rows = await desk.read(id, (tx) => listDestinations(tx, id));
    return { value: given.flag("all") ? rows : rows.filter(({ open }) => open) };
  },
};

export const destinationsAllow: Command = {
  summary: "Opens numbers of a country for a tenant's calls, from the next call on.",
  options: { tenant, country, numbers: numbersAre("normal ones when left out"), below },
  run: (desk, given) => set(desk, given, true),
};

export const destinationsDeny: Command = {
  summary: "Closes numbers of a country for a tenant's calls, from the next call on.",
  options: { tenant, country, numbers: numbersAre("all of them when left out"), below },
  run: (desk, given) => set(desk, given, false),
};

export const destinationsRanges: Command = {
  summary: "The ranges of numbers that fraud is fond of, for everybody.",
  options: {},
  run: async (desk) => ({ value: await desk.read(await desk.operator(), listFraudRanges) }),
};

export const destinationsImportRanges: Command = {
  summary: "Puts a list of ranges that fraud is fond of in place of the one that holds: prefix, country and reason.",
  words: ["file"],
  options: {},
  run: async (desk, given) => {
    const typed = { ranges: await readFile(given.word(0), "utf8") };
    const { ranges: text } = check(fraudRangesSchema, typed, { ranges: "file" });
    const operator = await desk.operator();
    const result = await desk.change(operator, "destination.import_ranges", async (tx) => {
      const done = await importFraudRanges(tx, text);
      return { subject: "fraud_ranges", after: done, result: done };
    });
    await desk.publish(operator, ["audit"]);
    return { value: result, say: `${result.ranges} ranges hold: ${result.added} are new, ${result.removed} are gone.` };
  },
};

async function set(desk: Desk, given: Given, open: boolean): Promise<Result> {
  const asked = check(z.object({ country: countrySchema, numbers: z.enum(words).optional() }), {
    country: given.text("country"),
    numbers: given.text("numbers"),
  });
  const { id, slug } = await desk.tenant(given.must("tenant"));
  const usual = !open ? "all" : hasNormalNumbers(asked.country) ? "normal" : "special";
  const which = asked.numbers ?? usual;
  const changes: DestinationChange[] = (which === "all" ? numberClasses : [which]).map((numbers) => ({
    country: asked.country,
    numbers,
    open,
  }));
  const reach = given.flag("below") ? "below" : "own";
  const after = await desk.change(id, open ? "destination.allow" : "destination.deny", async (tx) => {
    const saved = await saveDestinations(tx, id, { reach, changes });
    return { ...auditOfDestinations(reach, saved), result: saved.after };
  });
  await desk.publish(id, ["audit"]);
  const now = after[asked.country] ?? "";
  return {
    value: { tenant: slug, country: asked.country, open: now !== "closed", numbers: now, for: reach },
    say: `Calls of ${slug}${reach === "below" ? " and those below it" : ""} to ${asked.country} are ${open ? "open" : "closed"}${now === "closed" ? "" : `; open there: ${now}`}.`,
  };
}
