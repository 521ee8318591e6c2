import { isIP } from "node:net";

type HeaderValue = string | string[] | null | undefined;

/**
 * The address a request came from. The web server in front of this code sets the header from the socket, or from a proxy
 * it trusts; the last entry is the one that was added nearest to us, and the only one a client cannot choose.
 */
export function addressOf(forwardedFor: HeaderValue): string {
  const text = Array.isArray(forwardedFor) ? forwardedFor.join(",") : (forwardedFor ?? "");
  const last = text.split(",").at(-1)?.trim() ?? "";
  const plain = last.replace(/^\[([^\]]+)\](:\d+)?$/, "$1").replace(/^::ffff:(?=\d+\.)/i, "");
  return isIP(plain) ? plain : "";
}

/** What is counted as one source: an IPv6 user owns a whole /64, so single addresses would cost an attacker nothing. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = "", tail] = address.toLowerCase().split("::");
  const before = head.split(":").filter(Boolean);
  const after = (tail ?? "").split(":").filter(Boolean);
  const gap = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return `${[...before, ...Array<string>(gap).fill("0"), ...after].slice(0, 4).join(":")}::/64`;
}
