import { z } from "zod";

import type { TargetKind } from "@/server/domain/notifications/notification.schema";
import { secretOf, signedHeaders } from "@/server/domain/notifications/signature.rules";
import type { SqlPool } from "@/server/infra/db/pool";
import { MailError } from "@/server/infra/mail/mailer";
import { OutgoingError, postOut } from "@/server/infra/notify/outgoing";
import { DomainError } from "@/server/kernel/errors";
import type { Processor, TenantContext } from "@/workers/processors/types";

type Taken = {
  verdict: "go" | "busy" | "over";
  target_id: string;
  kind: TargetKind;
  address: string;
  secret_version: number;
  event: string;
  body: string;
  created_at: Date;
};

/** There is no way out for it here, so it waits as held. */
class NoWay extends Error {}

/**
 * Sends one message to whoever is to be told. What was sent is not sent again, however often the job runs; a worker that dies
 * between the other side's yes and the note of it makes one repeat, under the same id.
 * @throws DomainError conflict while another worker sends it; OutgoingError or MailError when another try is worth it.
 */
export const deliverNotification: Processor<"deliverNotification"> = async ({ deliveryId }, ctx) => {
  const [taken] = await ctx.pool.query<Taken>("delivery_take", "SELECT * FROM delivery_take($1)", [deliveryId]);
  if (taken?.verdict === "busy") throw new DomainError("conflict", { delivery: deliveryId });
  if (taken?.verdict !== "go") return;
  const end = (state: string, answer: string) => endDelivery(ctx.pool, deliveryId, state, answer);
  try {
    await end("sent", await send(deliveryId, taken, ctx));
  } catch (error) {
    if (error instanceof NoWay) return end("held", error.message);
    if (!(error instanceof OutgoingError || error instanceof MailError)) throw error;
    await end(error.permanent ? "failed" : "queued", error.sentence);
    if (!error.permanent) throw error;
  }
};

async function send(id: string, taken: Taken, ctx: TenantContext): Promise<string> {
  const { kind, address, body } = taken;
  if (kind === "webhook") return sendWebhook(id, taken, ctx);
  if (kind === "sms") {
    if (!ctx.sms) throw new NoWay("No provider of short messages is named (SMS_URL), so it waits here.");
    return ctx.sms.send({ id, to: address, text: body });
  }
  if (!ctx.mailer) throw new NoWay("No mail server is named (SMTP_URL), so it waits here.");
  const subject = (body.split("\n")[0] ?? "").slice(0, 200);
  await ctx.mailer.send({ messageId: id, date: taken.created_at, to: address, subject, text: body });
  return "The mail server took it.";
}

async function sendWebhook(
  id: string,
  { target_id: targetId, secret_version: version, address, body }: Taken,
  ctx: TenantContext,
) {
  const { webhookKey, privateTargets = false } = ctx.settings;
  if (webhookKey === undefined) throw new NoWay("This process has no key to sign with, so it waits here.");
  const secret = secretOf(webhookKey, { targetId, version });
  const signed = signedHeaders(secret, { id, timestamp: Math.floor(Date.now() / 1_000), body });
  const headers = { "content-type": "application/json", ...signed };
  const status = await postOut({ url: address, headers, body, allowPrivate: privateTargets });
  return `It answered ${status}.`;
}

const endDelivery = async (pool: SqlPool, id: string, state: string, answer: string): Promise<void> => {
  await pool.query("delivery_end", "SELECT delivery_end($1, $2, $3)", [id, state, answer]);
};

const queuedSchema = z.object({ payload: z.object({ deliveryId: z.uuid() }) });

/** Marks a message failed that the queue will not try again; what the other side said last stays. */
export async function giveUpDelivery(pool: SqlPool, data: unknown): Promise<void> {
  const { deliveryId } = queuedSchema.parse(data).payload;
  await pool.query("delivery_give_up", "SELECT delivery_give_up($1)", [deliveryId]);
}
