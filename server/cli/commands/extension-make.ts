import { newExtensionSchema } from "@/server/domain/provisioning/extension.schema";
import { getExtensionId } from "@/server/domain/provisioning/extension-list";
import { createExtension, type NewPhone, rotateSecret } from "@/server/domain/provisioning/extensions";
import { check } from "../check";
import { BadInput, type Command, type Result } from "../command";
import type { Desk } from "../desk";

const tenant = { value: "slug", about: "whose extension", required: true } as const;
const number = { value: "101", about: "two to six digits", required: true } as const;

export const extensionCreate: Command = {
  summary: "Makes an extension. Its SIP secret is in the answer and nowhere else.",
  options: {
    tenant,
    number,
    name: { value: "text", about: "who answers: a person or a place", required: true },
    "caller-id": { value: "number", about: "what others see, in full form; the extension's number when left out" },
    "max-calls": { value: "2", about: "calls at once" },
    "daily-cap": { value: "10.00", about: "what its calls may cost in a day" },
  },
  run: async (desk, given) => {
    const extension = check(
      newExtensionSchema,
      {
        number: given.text("number"),
        displayName: given.text("name"),
        callerId: given.text("caller-id"),
        maxCalls: wholeNumber("max-calls", given.text("max-calls")),
        dailyCap: given.text("daily-cap"),
      },
      { displayName: "name", callerId: "caller-id", maxCalls: "max-calls", dailyCap: "daily-cap" },
    );
    const { id: tenantId } = await desk.tenant(given.must("tenant"));
    const phone = await desk.change(tenantId, "extension.create", async (tx) => {
      const result = await createExtension(tx, tenantId, extension);
      const { displayName, callerId = null } = extension;
      return { subject: `extension:${result.id}`, after: { number: result.number, displayName, callerId }, result };
    });
    await desk.publish(tenantId, ["extensions", "audit"]);
    return shown(desk, phone);
  },
};

export const extensionRotate: Command = {
  summary:
    "Replaces the SIP secret. The old one is refused at once; its phone is off until it is set up with the new one.",
  options: { tenant, number },
  run: async (desk, given) => {
    const { id: tenantId } = await desk.tenant(given.must("tenant"));
    const id = await desk.read(tenantId, (tx) => getExtensionId(tx, tenantId, given.must("number")));
    const phone = await desk.change(tenantId, "extension.rotate_secret", async (tx) => {
      const result = await rotateSecret(tx, tenantId, id);
      return { subject: `extension:${id}`, after: { number: result.number }, result };
    });
    await desk.publish(tenantId, ["extensions", "registrations", "audit"]);
    return shown(desk, phone);
  },
};

/** The one place where the command line shows a secret. */
const shown = ({ place }: Desk, phone: NewPhone): Result => ({
  value: {
    id: phone.id,
    number: phone.number,
    sipUsername: phone.sipUsername,
    secret: phone.secret.reveal(),
    sipDomain: place.sipDomain,
    sipPort: place.sipPort,
    transport: place.sipTransport,
  },
});

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,6}$/.test(text)) throw new BadInput(`--${name}: a whole number.`);
  return Number(text);
}
