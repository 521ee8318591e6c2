import { postOut } from "@/server/infra/notify/outgoing";

/** One way to send a short message. */
export type SmsSender = {
  /** @returns what the other side answered, in a few words. @throws OutgoingError. */
  send(sms: Readonly<{ id: string; to: string; text: string }>): Promise<string>;
};

type Http = Readonly<{ url: string; token: string; from: string }>;

/**
 * A provider that takes JSON by HTTP: {"id", "from", "to", "text"} with a bearer token. The same id is sent again with each
 * attempt, so that it can drop a repeat. Whoever set its address up may name a private one.
 */
export const httpSms = ({ url, token, from }: Http): SmsSender => ({
  async send({ id, to, text }) {
    const status = await postOut({
      url,
      headers: { "content-type": "application/json", authorization: `Bearer ${token}`, "idempotency-key": id },
      body: JSON.stringify({ id, from, to, text }),
      allowPrivate: true,
    });
    return `The provider answered ${status}.`;
  },
});

/** Sends nothing and says so. */
export const testSms: SmsSender = { send: async () => "TEST: nothing was sent." };
