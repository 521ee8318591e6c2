import { createServer } from "node:http";
import { expect, test } from "vitest";

import { addressOf } from "@/server/auth/address";
import { isUnnamedProxy, nameTheSocket, proxiesOf, unnamedProxies, watchSockets } from "@/server/auth/socket-address";

/** What the portal takes for the address of a request from this peer, with this header. */
function seen(peer: string, forwardedFor: string | undefined, setting?: string): string {
  const headers = forwardedFor === undefined ? {} : { "x-forwarded-for": forwardedFor };
  nameTheSocket(
    { headers, socket: { remoteAddress: peer } } as Parameters<typeof nameTheSocket>[0],
    proxiesOf(setting),
  );
  return addressOf((headers as Record<string, string>)["x-forwarded-for"]);
}

test("what a client says about itself is not believed", () => {
  expect(seen("203.0.113.7", "198.51.100.1")).toBe("203.0.113.7");
  expect(seen("::ffff:203.0.113.7", "198.51.100.1, 127.0.0.1")).toBe("203.0.113.7");
  expect(seen("2001:db8::7", "198.51.100.1")).toBe("2001:db8::7");
  expect(seen("203.0.113.7", undefined)).toBe("203.0.113.7");
});

test("a proxy on this machine, or a named one, is believed about its own peer only", () => {
  expect(seen("127.0.0.1", "198.51.100.1, 203.0.113.7")).toBe("203.0.113.7");
  expect(seen("::1", "203.0.113.7")).toBe("203.0.113.7");
  expect(seen("10.1.2.3", "203.0.113.7", "10.0.0.5,10.1.0.0/16")).toBe("203.0.113.7");
  expect(seen("10.0.0.5", "203.0.113.7", "10.0.0.5,10.1.0.0/16")).toBe("203.0.113.7");
  expect(seen("10.0.0.6", "203.0.113.7", "10.0.0.5,10.1.0.0/16")).toBe("10.0.0.6");
  expect(seen("2001:db8:5::1", "203.0.113.7", "2001:db8:5::/48")).toBe("203.0.113.7");
  expect(seen("127.0.0.1", undefined)).toBe("127.0.0.1");
});

test("a private address that forwards without being named is told of once; whoever comes from the internet is not", () => {
  const told: string[] = [];
  const ask = (peer: string, headers: Record<string, string>, setting?: string) =>
    nameTheSocket(
      { headers, socket: { remoteAddress: peer } } as unknown as Parameters<typeof nameTheSocket>[0],
      proxiesOf(setting),
      (address) => told.push(address),
    );
  for (const peer of ["10.9.9.9", "::ffff:10.9.9.9", "203.0.113.9", "fd00::9", "127.0.0.1"]) {
    ask(peer, { "x-forwarded-for": "198.51.100.1" });
  }
  ask("10.9.9.8", {});
  ask("10.9.9.7", { "x-forwarded-for": "198.51.100.1" }, "10.9.9.7");
  expect(told).toEqual(["10.9.9.9", "fd00::9"]);
  expect(unnamedProxies()).toBeGreaterThanOrEqual(2);
  expect(["10.9.9.9", "203.0.113.9", "10.9.9.8", "10.9.9.7"].map(isUnnamedProxy)).toEqual([true, false, false, false]);
});

test("a server that somebody else makes is watched as well", async () => {
  const nobody = proxiesOf(undefined);
  nobody.check = () => false;
  watchSockets(nobody);
  watchSockets(nobody);
  const server = createServer((request, response) => response.end(request.headers["x-forwarded-for"]));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { "x-forwarded-for": "198.51.100.1" } });
  expect(await answer.text()).toBe("127.0.0.1");
  server.close();
});
