import { afterEach, beforeEach, expect } from "vitest";
import { connectAmi } from "@/server/infra/ami/connect";
import type { AmiGateway } from "@/server/infra/ami/gateway";
import { silentLogger } from "@/server/infra/log/logger";
import { eventually } from "@/test/support/eventually";
import { type FakeAsterisk, startFakeAsterisk } from "@/test/support/fake-asterisk";

/** A busy machine may be slow with all of it; tests of what is given up have patiences of their own. */
const timing = {
  connectMs: 60_000,
  bootWaitMs: 150,
  pingEveryMs: 100,
  pingDeadlineMs: 60_000,
  backoffMinMs: 20,
  backoffMaxMs: 60,
  refusedRetryMs: 300,
};

/** A fake Asterisk and the real adapter connected to it, new for each test of the surrounding group. */
export function useAmiLink(transport: "package" | "socket") {
  const link: { pbx: FakeAsterisk; ami: AmiGateway } = { pbx: undefined as never, ami: undefined as never };
  const open = (more: Partial<typeof timing> = {}) =>
    connectAmi({
      host: "127.0.0.1",
      port: link.pbx.port,
      tls: false,
      transport,
      reader: { username: "reads", secret: "secret-of-the-reader" },
      actor: { username: "acts", secret: "secret-of-the-actor" },
      log: silentLogger,
      timing: { ...timing, ...more },
    });
  beforeEach(async () => {
    link.pbx = await startFakeAsterisk();
    link.ami = open();
  });
  afterEach(async () => {
    await link.ami.close();
    await link.pbx.close();
  });
  return Object.assign(link, {
    open,
    connected: () => eventually(() => expect(link.ami.status().connected).toBe(true)),
    /** Resolves when it is connected anew; a look now and then could miss the moment between. */
    reconnected: () =>
      new Promise<void>((resolve) => {
        let told = 0;
        link.ami.onGap(() => {
          told += 1;
          if (told === 2) resolve();
        });
      }),
    actionsNamed: (name: string) => link.pbx.received.filter((action) => action["action"] === name),
  });
}
