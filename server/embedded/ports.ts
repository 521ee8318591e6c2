import { createSocket } from "node:dgram";
import { createServer } from "node:net";

import { StartError } from "./sentence";

/** A TCP port that was free a moment ago. Its taker must still be ready to find it taken. */
export const freePort = (host = "127.0.0.1"): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });

/** A port that is free for UDP and TCP alike, as SIP wants it. */
export async function freeSipPort(host = "127.0.0.1"): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = await freePort(host);
    if ((await tryUdp(host, port)) === undefined) return port;
  }
  throw new StartError("No port is free for SIP on this machine.");
}

type Claim = { name: string; variable: string; host: string; port: number; udp?: boolean };

/** Refuses, naming the variable to change, when something else listens where we are about to. */
export async function claimPort({ name, variable, host, port, udp = false }: Claim): Promise<void> {
  const code = (await tryTcp(host, port)) ?? (udp ? await tryUdp(host, port) : undefined);
  if (code === undefined) return;
  if (code === "EADDRINUSE") {
    throw new StartError(
      `Port ${port} on ${host} is already in use, so ${name} cannot listen there: stop the other program or set ${variable}.`,
    );
  }
  if (code === "EADDRNOTAVAIL")
    throw new StartError(`This machine has no address ${host}, where ${name} should listen.`);
  if (code === "EACCES")
    throw new StartError(`Port ${port} needs more rights than this user has: set ${variable} to one above 1023.`);
  throw new StartError(`${name} cannot listen on ${host}:${port} (${code}).`);
}

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? String(error);

const tryTcp = (host: string, port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(codeOf(error)));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });

const tryUdp = (host: string, port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    socket.once("error", (error) => {
      socket.close();
      resolve(codeOf(error));
    });
    socket.bind({ port, address: host, exclusive: true }, () => socket.close(() => resolve(undefined)));
  });
