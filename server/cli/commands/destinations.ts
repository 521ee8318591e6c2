import { z } from "zod";
import { countrySchema } from "@/server/domain/destinations/destination.schema";
import { listDestinations, setDestination } from "@/server/domain/destinations/destinations";
import { check } from "../check";
import type { Command, Given, Result } from "../command";
import type { Desk } from "../desk";

const tenant = { value: "slug", about: "whose calls", required: true } as const;
const country = {
  value: "FR",
  about: "two letters; XS satellite phones, XN international networks",
  required: true,
} as const;

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
  summary: "Opens a country for a tenant's calls, from the next call on.",
  options: { tenant, country },
  run: (desk, given) => set(desk, given, true),
};

export const destinationsDeny: Command = {
  summary: "Closes a country for a tenant's calls, from the next call on.",
  options: { tenant, country },
  run: (desk, given) => set(desk, given, false),
};

async function set(desk: Desk, given: Given, open: boolean): Promise<Result> {
  const { country: code } = check(z.object({ country: countrySchema }), { country: given.text("country") });
  const { id, slug } = await desk.tenant(given.must("tenant"));
  await desk.change(id, open ? "destination.allow" : "destination.deny", async (tx) => {
    const { before } = await setDestination(tx, id, { country: code, open });
    return { subject: `destination:${code}`, before: { open: before }, after: { open }, result: undefined };
  });
  await desk.publish(id, ["audit"]);
  return {
    value: { tenant: slug, country: code, open },
    say: `Calls of ${slug} to ${code} are ${open ? "open" : "closed"}.`,
  };
}
