import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";

import { postOut } from "@/server/infra/notify/outgoing";
import { isPublicAddress } from "@/server/infra/notify/public-address";

let server: Server;
let heard = 0;
let answer: { status: number; location?: string } = { status: 204 };
const at = (host: string, protocol = "http") => `${protocol}://${host}:${(server.address() as AddressInfo).port}/hook`;
beforeAll(async () => {
  server = createServer((_request, response) => {
    heard += 1;
    response.writeHead(answer.status, answer.location ? { location: answer.location } : {}).end("x");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
const post = (url: string, allowPrivate = false) =>
  postOut({ url, headers: {}, body: "{}", allowPrivate, deadlineMs: 60_000 }).catch(
    (error: { sentence?: string; permanent?: boolean }) => error,
  );

test.each([
  ["8.8.8.8", true],
  ["2606:4700::1111", true],
  ...[
    ...[
      "127.0.0.1",
      "127.9.9.9",
      "10.1.2.3",
      "172.16.0.1",
      "172.31.255.255",
      "192.168.1.1",
      "169.254.169.254",
      "100.64.0.1",
      "0.0.0.0",
    ],
    ...[
      "224.0.0.1",
      "255.255.255.255",
      "::",
      "::1",
      "::ffff:127.0.0.1",
      "::ffff:8.8.8.8",
      "fe80::1",
      "fc00::1",
      "2002:7f00:1::",
      "2001:db8::1",
    ],
    ...["64:ff9b::7f00:1", "localhost", "", "8.8.8"],
  ].map((address) => [address, false] as const),
] as const)("%s is public: %s", (address, is) => expect(isPublicAddress(address)).toBe(is));

test("nothing leads to this machine, by address, by name or by another way to write it, and nothing goes without TLS", async () => {
  const hosts = ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0"];
  for (const host of hosts) {
    expect(await post(at(host, "https"))).toMatchObject({
      permanent: true,
      sentence: expect.stringMatching(/private network/),
    });
    expect(await post(at(host))).toMatchObject({ permanent: true, sentence: "Only https:// addresses are sent to." });
  }
  expect(heard).toBe(0);
});

test("where it is allowed it arrives; a redirect is not followed, and gone is gone for good", async () => {
  expect(await post(at("127.0.0.1"), true)).toBe(204);
  answer = { status: 302, location: at("127.0.0.1") };
  heard = 0;
  expect(await post(at("127.0.0.1"), true)).toMatchObject({ permanent: false, sentence: "It answered 302." });
  expect(heard).toBe(1);
  answer = { status: 410 };
  expect(await post(at("127.0.0.1"), true)).toMatchObject({ permanent: true, sentence: "It answered 410." });
});
