import { z } from "zod";

import { currencySchema } from "@/server/domain/rating/amount.schema";
import { invitationUrl, invite } from "@/server/domain/tenancy/invitations";
import {
  countrySchema,
  emailSchema,
  slugSchema,
  tenantNameSchema,
  timeZoneSchema,
} from "@/server/domain/tenancy/tenant.schema";
import { createOperator } from "@/server/domain/tenancy/tenants";
import { check } from "../check";
import type { Command } from "../command";

const schema = z.object({
  name: tenantNameSchema,
  slug: slugSchema,
  email: emailSchema,
  country: countrySchema,
  currency: currencySchema,
  timeZone: timeZoneSchema,
});

export const operatorCreate: Command = {
  summary: "Makes the one tenant at the root, in an empty database, and prints its owner's link.",
  options: {
    name: { value: "text", about: "what the company calls itself", required: true },
    slug: { value: "word", about: "short name in addresses", required: true },
    email: { value: "address", about: "its first owner", required: true },
    country: { value: "DE", about: "home country", fallback: "DE" },
    currency: { value: "EUR", about: "currency of its wallet", fallback: "EUR" },
    "time-zone": { value: "name", about: "its calendar", fallback: "UTC" },
  },
  run: async (desk, given) => {
    const typed = ["name", "slug", "email", "country", "currency"].map((name) => [name, given.text(name)] as const);
    const { email, ...operator } = check(
      schema,
      { ...Object.fromEntries(typed), timeZone: given.text("time-zone") },
      { timeZone: "time-zone" },
    );
    const id = await createOperator(desk.db, operator);
    const token = await desk.change(id, "member.invite", async (tx) => {
      const invitation = await invite(tx, id, { email, role: "owner" });
      return { subject: `invitation:${invitation.id}`, after: { email, role: "owner" }, result: invitation.token };
    });
    const link = invitationUrl(desk.place.appUrl, token);
    return { value: { id, slug: operator.slug, name: operator.name, email, link }, say: link };
  },
};
