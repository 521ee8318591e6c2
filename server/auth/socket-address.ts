import { type IncomingMessage, Server } from "node:http";
import { BlockList, isIP } from "node:net";

const HEADER = "x-forwarded-for";
const DONE = Symbol.for("ringfence.socket-address");

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
 */
export function nameTheSocket(request: Pick<IncomingMessage, "headers" | "socket">, proxies: BlockList): void {
  const peer = (request.socket.remoteAddress ?? "").replace(/^::ffff:(?=\d+\.)/i, "");
  const family = isIP(peer);
  const trusted = family !== 0 && proxies.check(peer, family === 6 ? "ipv6" : "ipv4");
  if (!trusted || request.headers[HEADER] === undefined) request.headers[HEADER] = peer;
}

/**
 * Sees every request of this process before the framework does. The framework makes the server itself and believes the
 * header, so there is no other place to stand. A repeat changes nothing.
 */
export function watchSockets(proxies: BlockList): void {
  const prototype = Server.prototype as Server & { [DONE]?: boolean };
  if (prototype[DONE]) return;
  prototype[DONE] = true;
  const emit = prototype.emit;
  prototype.emit = function (this: Server, ...given: [string, ...unknown[]]): boolean {
    const [event, request] = given;
    if (event === "request") nameTheSocket(request as IncomingMessage, proxies);
    return Reflect.apply(emit, this, given);
  };
}
