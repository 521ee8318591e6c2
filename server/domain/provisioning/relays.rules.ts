import { createHmac } from "node:crypto";

/** Servers that help a browser's sound through a network that lets no UDP out to the PBX, as `RTCPeerConnection` takes them. */
export type IceServer = Readonly<{ urls: string[]; username?: string; credential?: string }>;
export type Relays = Readonly<{ urls: readonly string[]; secret: string }>;

/** Longer than a call may be, since a relay may ask again in its middle. */
const GOOD_FOR_SECONDS = 12 * 3_600;

/**
 * What one phone in a browser may use: the addresses that tell it who it is (`stun:`), and relays (`turn:`, `turns:`) with a
 * name and a password of its own that end by themselves. The form is the one that coturn calls `use-auth-secret`: the name is
 * the end in Unix seconds and whose it is, the password the HMAC-SHA1 of the name by the secret that relay and portal share.
 * @param phone the phone's name, which the relay writes into its log.
 */
export function iceServersOf(relays: Relays | undefined, phone: string, now: Date): IceServer[] {
  if (!relays) return [];
  const told = relays.urls.filter((url) => url.startsWith("stun"));
  const relayed = relays.urls.filter((url) => url.startsWith("turn"));
  const username = `${Math.floor(now.getTime() / 1_000) + GOOD_FOR_SECONDS}:${phone}`;
  const credential = createHmac("sha1", relays.secret).update(username).digest("base64");
  return [
    ...(told.length > 0 ? [{ urls: told }] : []),
    ...(relayed.length > 0 ? [{ urls: relayed, username, credential }] : []),
  ];
}
