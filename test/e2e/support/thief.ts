import { SipPhone } from "@/server/embedded/sip-phone";
import { relayFrom } from "@/test/support/udp-relay";
import { stack } from "./stack";

/**
 * Guesses at the secret of a SIP name from an address of its own, until there is an incident. Nobody else is at home there, so that
 * no other test is banned with it.
 */
export async function guessAt(username: string, from: string): Promise<void> {
  const relay = await relayFrom(from, stack().sipPort);
  const thief = await SipPhone.open({ username, secret: "guess", server: { host: "127.0.0.1", port: relay.port } });
  try {
    for (let n = 0; n < 6; n += 1) await thief.register().catch(() => {});
  } finally {
    await thief.close();
    relay.close();
  }
}
