import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";

import { addresses } from "@/server/cli/doctor-addresses";

test("a proxy that hides where people come from is found when the portal knows of one; a portal that is away proves nothing", async () => {
  let said: object = { ok: true, unnamedProxies: 0 };
  const portal = createServer(({ url }, answer) => answer.end(JSON.stringify(url === "/api/health" ? said : {})));
  await new Promise<void>((resolve) => portal.listen(0, "127.0.0.1", resolve));
  const appUrl = `http://127.0.0.1:${(portal.address() as AddressInfo).port}/`;
  expect(await addresses({ appUrl })).toMatchObject({ ok: true, detail: "no proxy hides where people come from" });
  said = { ok: true, unnamedProxies: 1 };
  expect(await addresses({ appUrl })).toMatchObject({ ok: false, fix: expect.stringContaining("TRUSTED_PROXIES") });
  // Of an earlier release, or something else that answers there.
  said = { ok: true };
  expect(await addresses({ appUrl })).toMatchObject({ ok: true, detail: expect.stringContaining("not known") });
  portal.closeAllConnections();
  await new Promise((resolve) => portal.close(resolve));
  expect(await addresses({ appUrl })).toMatchObject({ ok: true, detail: expect.stringContaining("not known") });
});
