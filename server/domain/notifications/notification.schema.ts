import { z } from "zod";

import { severities } from "@/server/domain/incidents/incident.schema";

export const targetKinds = ["mail", "webhook", "sms"] as const;
export type TargetKind = (typeof targetKinds)[number];

const forms: Readonly<Record<TargetKind, { readonly form: RegExp; readonly sentence: string }>> = {
  mail: { form: /^[^\p{Cc}\s,;<>"@]+@[^\p{Cc}\s,;<>"@]+$/u, sentence: "An address such as name@company.com." },
  // No user and password, which would stand in lists; no fragment, which is never sent.
  webhook: {
    form: /^https?:\/\/[^\s/@#?]+(?:[/?][^\s#]*)?$/,
    sentence: "An address such as https://company.com/hook.",
  },
  sms: { form: /^\+[1-9]\d{6,14}$/, sentence: "A number such as +4915112345678." },
};

export const addTargetSchema = z
  .object({
    kind: z.enum(targetKinds),
    recipient: z.string().trim().min(3, "Say whom to tell.").max(500, "At most 500 characters."),
    leastSeverity: z.enum(severities).default("medium"),
    /** 1 is told at once, 2 when nobody took it in its time, 3 when nobody did in twice that. */
    level: z.number().int().min(1).max(3).default(1),
  })
  .superRefine(({ kind, recipient: address }, context) => {
    const wrong =
      !forms[kind].form.test(address) ||
      (kind === "webhook" && !URL.canParse(address)) ||
      (kind === "mail" && address.length > 254);
    if (wrong) context.addIssue({ code: "custom", path: ["recipient"], message: forms[kind].sentence });
  });
export type NewTarget = Omit<z.output<typeof addTargetSchema>, "recipient"> & { address: string };

export const targetSchema = z.object({ targetId: z.uuid() });
export const deliverySchema = z.object({ deliveryId: z.uuid() });
