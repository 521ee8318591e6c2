import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

export type Asked = Readonly<{
  path: string;
  authorization: string | undefined;
  fields: Readonly<Record<string, string>>;
}>;
/** What it says to the next question: a text, or anything an HTTP server can do wrong. */
export type Behaviour = (asked: Asked, response: ServerResponse) => void;

export const says =
  (text: string, status = 200): Behaviour =>
  (_, response) =>
    response.writeHead(status).end(text);
export const staysSilent: Behaviour = () => {};

export type FakeCallControl = {
  readonly asked: Asked[];
  /** How it answers /v1/authorise from now on; /v1/ended is always "ok" unless `ended` says otherwise. */
  behaviour: Behaviour;
  ended: Behaviour;
  /** Stops listening, as a worker that died; `open` is the way back. */
  close: () => Promise<void>;
  open: () => Promise<void>;
};

/** Call control as the PBX sees it, with every mistake that a server can make. */
export async function fakeCallControl(port: number): Promise<FakeCallControl> {
  let server: Server | undefined;
  const open = () =>
    new Promise<void>((resolve, reject) => {
      server = createServer((request, response) => void handle(request, response));
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
  const close = () =>
    new Promise<void>((resolve) => {
      server?.closeAllConnections();
      server?.close(() => resolve());
    });
  const fake: FakeCallControl = { asked: [], behaviour: says("", 500), ended: says("ok"), open, close };
  async function handle(request: IncomingMessage, response: ServerResponse) {
    let body = "";
    for await (const part of request) body += String(part);
    const fields = Object.fromEntries(new URLSearchParams(body));
    const asked = { path: request.url ?? "", authorization: request.headers.authorization, fields };
    fake.asked.push(asked);
    (asked.path === "/v1/ended" ? fake.ended : fake.behaviour)(asked, response);
  }
  await open();
  return fake;
}
