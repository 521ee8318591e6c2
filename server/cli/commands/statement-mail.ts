import { getBillingDetails, setBillingDetails } from "@/server/domain/statements/billing-details";
import { sendStatementAgain } from "@/server/domain/statements/seal";
import { billingDetailsSchema } from "@/server/domain/statements/statement.schema";
import { check } from "../check";
import type { Command } from "../command";
import { named, sealed } from "./statements";

export const statementSend: Command = {
  summary: "Sends a statement by mail to the owners and billing seats of whose it is.",
  words: ["number"],
  options: {
    tenant: { value: "slug", about: "whose it is, where several sellers gave that number" },
  },
  run: async (desk, given) => {
    const { id, tenantId, number, buyerSlug } = await sealed(desk, await named(desk, given));
    const by = { tenantId, actingTenantId: await desk.operator(), actor: desk.actor };
    const { mailed } = await sendStatementAgain(desk.db, by, id);
    await desk.publish(tenantId, ["mail", "audit"]);
    return {
      value: { number, tenant: buyerSlug, mailed },
      say: `${number} is queued to ${mailed} ${mailed === 1 ? "person" : "people"}.`,
    };
  },
};

export const statementDetails: Command = {
  summary: "Sets what stands beside a tenant's name on statements to come; without options what does now.",
  options: {
    tenant: { value: "slug", about: "whose details", required: true },
    address: { value: "Quay 1, 20457 Hamburg", about: "a line for each part between commas" },
    "vat-id": { value: "DE123456789", about: "empty takes it away" },
  },
  run: async (desk, given) => {
    const of = await desk.tenant(given.must("tenant"));
    const before = await desk.read(of.id, (tx) => getBillingDetails(tx, of.id));
    const [address, vatId] = [given.text("address"), given.text("vat-id")];
    if (address === undefined && vatId === undefined) return { value: { tenant: of.slug, ...before } };
    const wanted = check(billingDetailsSchema, {
      address: address === undefined ? before.address : address.replace(/\s*,\s*/g, "\n"),
      vatId: vatId ?? before.vatId,
    });
    await desk.change(of.id, "billing.set_details", async (tx) => {
      const { before: was } = await setBillingDetails(tx, of.id, wanted);
      return { subject: `tenant:${of.id}`, before: { ...was }, after: { ...wanted }, result: undefined };
    });
    await desk.publish(of.id, ["audit"]);
    return { value: { tenant: of.slug, ...wanted }, say: `Statements of ${of.slug} say so from now on.` };
  },
};
