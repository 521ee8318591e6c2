import { afterEach, expect, test } from "vitest";
import { connectAmi } from "@/server/infra/ami/connect";
import type { AmiGateway } from "@/server/infra/ami/gateway";
import { silentLogger } from "@/server/infra/log/logger";
import { eventually } from "@/test/support/eventually";
import { type FakeAsterisk, startFakeAsterisk } from "@/test/support/fake-asterisk";
import { localhostCertificate } from "@/test/support/localhost-certificate";

let pbx: FakeAsterisk;
let ami: AmiGateway;
afterEach(async () => {
  await ami.close();
  await pbx.close();
});

const open = (tls: true | { ca: string }) =>
  connectAmi({
    host: "127.0.0.1",
    port: pbx.port,
    tls,
    reader: { username: "reads", secret: "secret-of-the-reader" },
    actor: { username: "acts", secret: "secret-of-the-actor" },
    log: silentLogger,
    timing: { backoffMinMs: 20, backoffMaxMs: 50 },
  });

test("over TLS everything is as without, and nothing is readable on the way", async () => {
  pbx = await startFakeAsterisk(0, localhostCertificate);
  ami = open({ ca: localhostCertificate.cert });
  await eventually(() => expect(ami.status().connected).toBe(true));
  expect(await ami.hangUp("PJSIP/acme-101-0000002a", { cause: 16, deadlineMs: 60_000 })).toBe("asked");
  let connects = 0;
  ami.onGap(() => {
    connects += 1;
  });
  pbx.dropConnections();
  await eventually(() => expect(connects).toBe(2));
});

test("a certificate that nobody vouches for gets no secret", async () => {
  pbx = await startFakeAsterisk(0, localhostCertificate);
  ami = open(true);
  await eventually(() => expect(ami.status().problem).toMatch(/certificate/i));
  expect(pbx.raw()).toBe("");
});

test("a PBX without TLS gets no secret in clear", async () => {
  pbx = await startFakeAsterisk();
  ami = open({ ca: localhostCertificate.cert });
  await eventually(() => expect(ami.status().problem).toBeDefined());
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(pbx.raw()).not.toContain("secret-of-the-reader");
});
