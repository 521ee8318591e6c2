import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export type StripeCall = Readonly<{ method: string; path: string; form: URLSearchParams; key: string | undefined }>;
type Answer = Readonly<{ status?: number; body: unknown }>;

export type StripeDouble = Readonly<{
  apiBase: string;
  calls: StripeCall[];
  /** Answers by "METHOD /path"; what is not named is 404. */
  answers: Map<string, (call: StripeCall) => Answer>;
  close: () => Promise<void>;
}>;

/** The few endpoints of Stripe that the adapter uses, on loopback, with Stripe's promise about idempotency keys. */
export async function stripeDouble(): Promise<StripeDouble> {
  const calls: StripeCall[] = [];
  const answers: StripeDouble["answers"] = new Map();
  const known = new Map<string, Answer>();
  const server = createServer((request, response) => {
    void read(request).then((text) => {
      const { method = "", url = "", headers } = request;
      const key = headers["idempotency-key"];
      const path = new URL(url, "http://stripe.example");
      const form = new URLSearchParams(method === "GET" ? path.search : text);
      const call = { method, path: path.pathname, form, key: typeof key === "string" ? key : undefined };
      calls.push(call);
      const kept = call.key === undefined ? undefined : known.get(call.key);
      const answer = kept ?? answers.get(`${method} ${path.pathname}`)?.(call) ?? missing;
      if (call.key !== undefined && (answer.status ?? 200) < 500) known.set(call.key, answer);
      response.writeHead(answer.status ?? 200, { "content-type": "application/json" });
      response.end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { apiBase: `http://127.0.0.1:${port}`, calls, answers, close: () => closed(server) };
}

const missing: Answer = {
  status: 404,
  body: { error: { type: "invalid_request_error", code: "resource_missing", message: "No such thing." } },
};

async function read(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request) text += String(part);
  return text;
}

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
