import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";

import { type Lane, startLane, until } from "@/test/support/pbx-lane";

let lane: Lane;
beforeAll(async () => {
  lane = await startLane();
});
afterAll(() => lane?.stop());

/** What the PBX answers to a sign-in at its manager port. */
async function signIn(username: string): Promise<string> {
  const socket = connect(lane.stack.runtime.amiPort ?? 0, "127.0.0.1").setEncoding("utf8");
  let said = "";
  socket.on("data", (text: string) => {
    said += text;
  });
  socket.write(`Action: Login\r\nUsername: ${username}\r\nSecret: guessed\r\n\r\n`);
  await once(socket, "close");
  return said;
}

test("a stranger who is refused at the manager port is one critical incident of its own, and no telephone", async () => {
  expect(await signIn("admin")).toContain("Authentication failed");
  expect(await signIn("root")).toContain("Authentication failed");
  const [incident] = await until(async () => {
    const rows = await lane.make.sql<{ kind: string; source: string; severity: string; title: string }>(
      "SELECT kind, source, severity, title FROM incident",
    );
    return rows.length > 0 ? rows : undefined;
  });
  expect(incident).toEqual({
    kind: "ami_intrusion",
    source: "127.0.0.0/24",
    severity: "critical",
    title: "Unauthorised sign-in at the manager interface of the telephone system: 127.0.0.0/24",
  });
  expect(await lane.make.sql("SELECT FROM signal WHERE kind = 'sip_failure'")).toEqual([]);
});
