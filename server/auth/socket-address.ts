import { type IncomingMessage, Server } from "node:http";
import { BlockList, isIP } from "node:net";

import { inLanguageOf } from "@/server/infra/words/speaking";

const HEADER = "x-forwarded-for";
const DONE = Symbol.for("ringfence.socket-address");
const UNNAMED = Symbol.for("ringfence.unnamed-proxies");
const MOST_UNNAMED = 100;

/** Networks that nobody on the internet can come from: whoever forwards from there is a proxy of the house. */
const inside = new BlockList();
inside.addSubnet("10.0.0.0", 8, "ipv4");
inside.addSubnet("172.16.0.0", 12, "ipv4");
inside.addSubnet("192.168.0.0", 16, "ipv4");
inside.addSubnet("100.64.0.0", 10, "ipv4");
inside.addSubnet("fc00::", 7, "ipv6");

/** Kept by the process, because the framework loads this file more than once. */
const unnamed = (): Set<string> => {
  const kept = globalThis as { [UNNAMED]?: Set<string> };
  kept[UNNAMED] ??= new Set();
  return kept[UNNAMED];
};

/**
 * Whether an address is one from which requests of others were forwarded although nobody named it: everybody behind it
 * seems to be there, so to ban it would ban them all. Only for private addresses, since anybody can write the header.
 */
export const isUnnamedProxy = (address: string): boolean => unnamed().has(address);

/** From how many private addresses requests of others were forwarded although nobody named them; a hundred are known at most. */
export const unnamedProxies = (): number => unnamed().size;

/** The proxies that may say where a request came from: this machine itself, and the addresses and networks of the setting. */
export function proxiesOf(setting: string | undefined): BlockList {
  const list = new BlockList();
  list.addSubnet("127.0.0.0", 8, "ipv4");
  list.addAddress("::1", "ipv6");
  for (const entry of setting?.split(",").filter(Boolean) ?? []) {
    const [address = "", bits] = entry.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/**
 * Puts the truth about where a request came from into the header that the rest of the portal reads: the peer of the
 * socket, unless that is a proxy we trust, which adds its own peer as the last entry. What a client wrote there is dropped.
 * @param onUnnamed is told once of each private address that forwards without being named.
 */
export function nameTheSocket(
  request: Pick<IncomingMessage, "headers" | "socket">,
  proxies: BlockList,
  onUnnamed: (peer: string) => void = () => {},
): void {
  const peer = (request.socket.remoteAddress ?? "").replace(/^::ffff:(?=\d+\.)/i, "");
  const family = isIP(peer);
  const kind = family === 6 ? "ipv6" : "ipv4";
  const trusted = family !== 0 && proxies.check(peer, kind);
  if (!trusted && request.headers[HEADER] !== undefined && family !== 0 && inside.check(peer, kind)) {
    const known = unnamed();
    if (!known.has(peer) && known.size < MOST_UNNAMED) {
      known.add(peer);
      onUnnamed(peer);
    }
  }
  if (!trusted || request.headers[HEADER] === undefined) request.headers[HEADER] = peer;
}

/**
 * Sees every request of this process before the framework does: names where it comes from, and lets everything that answers
 * it speak its language. The framework makes the server itself and believes the header, so there is no other place to stand.
 * A repeat changes nothing.
 */
export function watchSockets(proxies: BlockList, onUnnamed?: (peer: string) => void): void {
  const prototype = Server.prototype as Server & { [DONE]?: boolean };
  if (prototype[DONE]) return;
  prototype[DONE] = true;
  const emit = prototype.emit;
  prototype.emit = function (this: Server, ...given: [string, ...unknown[]]): boolean {
    const [event, request] = given;
    if (event !== "request") return Reflect.apply(emit, this, given);
    const asked = request as IncomingMessage;
    nameTheSocket(asked, proxies, onUnnamed);
    return inLanguageOf(asked.headers, () => Reflect.apply(emit, this, given));
  };
}
