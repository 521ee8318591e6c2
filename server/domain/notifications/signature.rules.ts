import { createHmac } from "node:crypto";

/** The key that secrets of webhooks are derived with, of this installation only. */
export const webhookKeyOf = (authSecret: string): string =>
  createHmac("sha256", authSecret).update("webhook secrets").digest("base64url");

type Of = Readonly<{ targetId: string; version: number }>;

/** The secret of a webhook, as its owner sees it once: 256 bits that are stored nowhere. */
export const secretOf = (key: string, { targetId, version }: Of): string =>
  `whsec_${createHmac("sha256", key).update(`webhook:${targetId}:${version}`).digest("base64")}`;

type Message = Readonly<{ id: string; timestamp: number; body: string }>;

/**
 * The headers that sign a message, as Standard Webhooks has them: whoever knows the secret checks that the body is ours, and
 * by the time in seconds that it is no old one.
 */
export function signedHeaders(secret: string, { id, timestamp, body }: Message): Record<string, string> {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": `v1,${signature}` };
}
