import { createSocket, type Socket } from "node:dgram";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { Stack } from "@/server/embedded/stack";
import { connectAmi } from "@/server/infra/ami/connect";
import type { AmiGateway } from "@/server/infra/ami/gateway";
import { silentLogger } from "@/server/infra/log/logger";
import { eventually } from "@/test/support/eventually";
import { startPbxAlone } from "@/test/support/pbx-alone";

/** A carrier that answers nothing but OPTIONS, and nothing at all when it is told so. */
async function carrier() {
  const socket: Socket = createSocket("udp4");
  const state = { port: 0, answers: true, asked: 0, close: () => socket.close() };
  socket.on("message", (data, { address, port }) => {
    const [first = "", ...lines] = data.toString().split("\r\n");
    if (!first.startsWith("OPTIONS ")) return;
    state.asked += 1;
    const kept = lines.filter((line) => /^(?:Via|From|To|Call-ID|CSeq):/i.test(line));
    const said = ["SIP/2.0 200 OK", ...kept.map((line) => line.replace(/^To:.*$/i, "$&;tag=c")), "Content-Length: 0"];
    if (state.answers) socket.send(`${said.join("\r\n")}\r\n\r\n`, port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  state.port = socket.address().port;
  return state;
}

let dataDir: string;
let stack: Stack;
let ami: AmiGateway;
let far: Awaited<ReturnType<typeof carrier>>;
beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), "ringfence-trunk-"));
  far = await carrier();
  stack = await startPbxAlone(dataDir, { CARRIER_URI: `sip:127.0.0.1:${far.port}`, CARRIER_QUALIFY: "1" });
  const {
    amiPort = 0,
    amiReadUsername = "",
    amiReadSecret = "",
    amiActUsername = "",
    amiActSecret = "",
  } = stack.runtime;
  ami = connectAmi({
    ...{ host: "127.0.0.1", port: amiPort, tls: false, log: silentLogger },
    reader: { username: amiReadUsername, secret: amiReadSecret },
    actor: { username: amiActUsername, secret: amiActSecret },
  });
  await eventually(() => expect(ami.status().connected).toBe(true));
});
afterAll(async () => {
  await ami?.close();
  await stack?.stop();
  far?.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const contact = () => ami.contact("carrier", { deadlineMs: 20_000 });

test("Asterisk tells whether the carrier answers, and how long that takes, to the user who may only act on calls", async () => {
  const roundTripMs = expect.toSatisfy((ms: number) => ms > 0);
  await expect.poll(contact).toMatchObject({ status: "Reachable", roundTripMs });
  expect(far.asked).toBeGreaterThan(0);
  far.answers = false;
  await expect.poll(contact).toMatchObject({ status: "Unreachable" });
  far.answers = true;
  await expect.poll(contact).toMatchObject({ status: "Reachable" });
});

test("an endpoint that has no address has no state", async () => {
  expect(await ami.contact("nobody", { deadlineMs: 20_000 })).toBeUndefined();
});
