import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";

export type FakeAction = Readonly<Record<string, string>>;

export type FakeAsterisk = {
  readonly port: number;
  /** Every action that arrived, names in lower case, logins and pings included. */
  readonly received: FakeAction[];
  /** The raw text of everything that arrived. */
  readonly raw: () => string;
  readonly connections: () => number;
  /** Answers an action: messages to send, "silent" for none, "drop" to cut the connection. */
  respond: (action: FakeAction) => Record<string, string>[] | "silent" | "drop";
  /** How long an action is on its way before it is read. */
  slowMs: (action: FakeAction) => number;
  loginAnswer: "ok" | "refuse" | "no boot" | "silent";
  pings: "answer" | "silent";
  /** To every logged-in user whose name it is given, or to all. */
  send(event: Record<string, string>, username?: string): void;
  sendRaw(text: string): void;
  dropConnections(): void;
  close(): Promise<void>;
};

export const frame = (fields: Record<string, string>): string =>
  `${Object.entries(fields)
    .map(([k, v]) => `${k}: ${v}`)
    .join("\r\n")}\r\n\r\n`;

/** Speaks enough of the manager protocol over a real socket to exercise the real adapter. */
export async function startFakeAsterisk(port = 0, tls?: { key: string; cert: string }): Promise<FakeAsterisk> {
  const sockets = new Map<Socket, string>();
  const received: FakeAction[] = [];
  let raw = "";
  const greet = (socket: Socket) => {
    let rest = "";
    sockets.set(socket, "");
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
    socket.write("Asterisk Call Manager/11.0.0\r\n");
    socket.on("data", (data) => {
      raw += data.toString();
      rest += data.toString();
      for (let end = rest.indexOf("\r\n\r\n"); end !== -1; end = rest.indexOf("\r\n\r\n")) {
        const action = parse(rest.slice(0, end));
        rest = rest.slice(end + 4);
        received.push(action);
        answer(fake, sockets, socket, action);
      }
    });
  };
  const server: Server = tls ? createTlsServer(tls, greet).on("tlsClientError", () => {}) : createServer(greet);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const address = server.address();
  const each = (work: (socket: Socket, username: string) => void) => {
    for (const [socket, username] of sockets) work(socket, username);
  };
  const fake: FakeAsterisk = {
    port: typeof address === "object" && address ? address.port : 0,
    received,
    raw: () => raw,
    connections: () => sockets.size,
    respond: () => [{ Response: "Success", Message: "ok" }],
    slowMs: () => 0,
    loginAnswer: "ok",
    pings: "answer",
    send: (event, username) =>
      each((socket, name) => name !== "" && (!username || name === username) && socket.write(frame(event))),
    sendRaw: (text) => each((socket, name) => name !== "" && socket.write(text)),
    dropConnections: () => each((socket) => socket.destroy()),
    close: () =>
      new Promise((resolve) => {
        each((socket) => socket.destroy());
        server.close(() => resolve());
      }),
  };
  return fake;
}

function answer(fake: FakeAsterisk, sockets: Map<Socket, string>, socket: Socket, action: FakeAction): void {
  const reply = (fields: Record<string, string>) => {
    if (!socket.destroyed) socket.write(frame({ ...fields, ActionID: action["actionid"] ?? "" }));
  };
  const name = action["action"]?.toLowerCase();
  if (name === "login") {
    logIn(fake, sockets, socket, action, reply);
    return;
  }
  if (name === "ping") {
    if (fake.pings === "answer")
      reply({ Response: "Success", Ping: "Pong", Timestamp: (Date.now() / 1000).toFixed(6) });
    return;
  }
  const read = () => {
    const what = fake.respond(action);
    if (what === "drop") socket.destroy();
    else if (what !== "silent") for (const message of what) reply(message);
  };
  const slowMs = fake.slowMs(action);
  if (slowMs > 0) setTimeout(read, slowMs);
  else read();
}

function logIn(
  fake: FakeAsterisk,
  sockets: Map<Socket, string>,
  socket: Socket,
  action: FakeAction,
  reply: (fields: Record<string, string>) => void,
): void {
  if (fake.loginAnswer === "silent") return;
  if (fake.loginAnswer === "refuse") {
    reply({ Response: "Error", Message: "Authentication failed" });
    socket.end();
    return;
  }
  sockets.set(socket, action["username"] ?? "");
  reply({ Response: "Success", Message: "Authentication accepted" });
  if (fake.loginAnswer === "ok")
    socket.write(frame({ Event: "FullyBooted", Privilege: "system,all", Status: "Fully Booted" }));
}

const parse = (text: string): FakeAction =>
  Object.fromEntries(
    text.split("\r\n").map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
