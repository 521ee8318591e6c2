import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { expect, test } from "vitest";

import { claimPort, freePort, freeSipPort } from "@/server/embedded/ports";

const claim = { name: "the portal", variable: "PORT", host: "127.0.0.1" };

test("a free port is free", async () => {
  await claimPort({ ...claim, port: await freePort() });
  await claimPort({ ...claim, port: await freeSipPort(), udp: true });
});

test("a taken port is one sentence that names the port and the variable", async () => {
  const server = createServer();
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const sentence = `Port ${port} on 127.0.0.1 is already in use, so the portal cannot listen there: stop the other program or set PORT.`;
  await expect(claimPort({ ...claim, port })).rejects.toThrow(sentence);
  await new Promise((resolve) => server.close(resolve));
});

test("SIP needs its port for UDP as well", async () => {
  const socket = createSocket("udp4");
  const port = await freeSipPort();
  await new Promise<void>((resolve) => socket.bind(port, "127.0.0.1", resolve));
  await claimPort({ ...claim, port });
  await expect(claimPort({ ...claim, port, udp: true })).rejects.toThrow("already in use");
  await new Promise<void>((resolve) => socket.close(resolve));
});

test("an address of another machine is said to be one", async () => {
  await expect(claimPort({ ...claim, host: "192.0.2.1", port: 5060 })).rejects.toThrow(
    "This machine has no address 192.0.2.1",
  );
});
