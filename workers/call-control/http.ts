import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

import type { Logger } from "@/server/infra/log/logger";

export type Reply = Readonly<{ status: number; text: string; type?: string }>;
export type Route = (body: string) => Promise<Reply>;

type Options = Readonly<{
  /** What the PBX shows. Without one nobody gets in. */
  secret: string | undefined;
  /** By method and path, such as "POST /v1/authorise". */
  routes: Readonly<Record<string, Route>>;
  /** Those that anybody may ask. */
  open: Readonly<Record<string, Route>>;
  /** Those with a rule of their own about who may ask. */
  guarded?: Readonly<Record<string, Readonly<{ may: (request: IncomingMessage) => boolean; route: Route }>>>;
  /** Told of each answer, by the name of its route. */
  onAnswer?: (route: string, status: number, seconds: number) => void;
  /** Whoever waits longer is refused; the PBX has given up by then anyway. */
  deadlineMs: number;
  /** Those of the routes that nobody's call waits for may take longer. */
  longerMs?: Readonly<Record<string, number>>;
  log: Logger;
}>;

const MAX_BODY = 4_096;
const LATE: Reply = { status: 503, text: "late" };

/** A small HTTP server for machines of our own: every failure is an error status, so that nobody mistakes it for an answer. */
export function createHttpServer(options: Options): Server {
  const server = createServer(
    { maxHeaderSize: 8_192, headersTimeout: 3_000, requestTimeout: 5_000, connectionsCheckingInterval: 1_000 },
    (request, response) => void handle(options, request, response),
  );
  server.keepAliveTimeout = 65_000;
  server.maxConnections = 1_000;
  return server;
}

async function handle(options: Options, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const began = performance.now();
  const reply = await replyTo(options, request).catch((error: unknown): Reply => {
    options.log.error({ error, url: request.url }, "a request to call control failed");
    return { status: 503, text: "failed" };
  });
  options.onAnswer?.(knownRoute(options, request), reply.status, (performance.now() - began) / 1000);
  if (response.destroyed) return;
  response.writeHead(reply.status, {
    "content-type": reply.type ?? "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(reply.text),
    "cache-control": "no-store",
    // A request that was not read to its end cannot be followed by another one.
    ...(reply.status === 413 ? { connection: "close" } : {}),
  });
  response.end(reply.text);
}

const nameOf = ({ method, url }: IncomingMessage): string => `${method} ${url}`;

/** What a stranger types must not become a label. */
function knownRoute({ open, routes, guarded = {} }: Options, request: IncomingMessage): string {
  const name = nameOf(request);
  return [open, routes, guarded].some((known) => Object.hasOwn(known, name)) ? name : "other";
}

async function replyTo(options: Options, request: IncomingMessage): Promise<Reply> {
  const name = nameOf(request);
  const guarded = options.guarded?.[name];
  if (guarded && !guarded.may(request)) return { status: 401, text: "not allowed" };
  const open = options.open[name] ?? guarded?.route;
  const route = open ?? options.routes[name];
  if (!open && !isOurs(options.secret, request.headers.authorization)) return { status: 401, text: "not allowed" };
  if (!route) return { status: 404, text: "not here" };
  const body = await readBody(request);
  if (body === undefined) return { status: 413, text: "too large" };
  return withDeadline(route(body), options.longerMs?.[name] ?? options.deadlineMs);
}

/** Compares digests, so that neither the time it takes nor a length tells anything of the secret. */
export function isOurs(secret: string | undefined, header: string | undefined): boolean {
  if (!secret || !header?.startsWith("Bearer ")) return false;
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(header.slice("Bearer ".length)), digest(secret));
}

function readBody(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY) chunks.push(chunk);
      else resolve(undefined);
    });
    request.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    request.on("error", reject);
    request.on("aborted", () => reject(new Error("the request was cut off")));
  });
}

async function withDeadline(work: Promise<Reply>, deadlineMs: number): Promise<Reply> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Reply>((resolve) => {
    timer = setTimeout(() => resolve(LATE), deadlineMs);
  });
  // What fails after the deadline was answered for already.
  work.catch(() => {});
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
