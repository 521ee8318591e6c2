import { portalUrl } from "@/server/domain/brands/brands";
import { invitationUrl, invite } from "@/server/domain/tenancy/invitations";
import { roleFits } from "@/server/domain/tenancy/member.rules";
import { newMemberSchema } from "@/server/domain/tenancy/member.schema";
import { check } from "../check";
import { BadInput, type Command } from "../command";

export const userCreate: Command = {
  summary: "Invites a person: prints a link that works once, for seven days. They choose their own password.",
  options: {
    tenant: { value: "slug", about: "where the seat is", required: true },
    email: { value: "address", about: "whom to invite", required: true },
    role: {
      value: "role",
      about: "owner, admin, billing, support, viewer; the operator also incident_responder, auditor",
      required: true,
    },
    "last-day": { value: "2027-03-31", about: "the seat ends by itself after this day" },
  },
  run: async (desk, given) => {
    const typed = { email: given.text("email"), role: given.text("role"), lastDay: given.text("last-day") };
    const member = check(newMemberSchema, typed, { lastDay: "last-day" });
    const tenant = await desk.tenant(given.must("tenant"));
    if (!roleFits(member.role, tenant.kind)) throw new BadInput(`--role: only the operator has ${member.role}.`);
    const link = await desk.change(tenant.id, "member.invite", async (tx) => {
      const invitation = await invite(tx, tenant.id, member);
      const after = { ...member, lastDay: member.lastDay ?? null };
      const url = invitationUrl(await portalUrl(tx, desk.place.appUrl), invitation.token);
      return { subject: `invitation:${invitation.id}`, after, result: url };
    });
    await desk.publish(tenant.id, ["audit"]);
    return { value: { link, tenant: tenant.slug, ...member }, say: link };
  },
};
