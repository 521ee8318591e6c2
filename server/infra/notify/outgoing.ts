import { lookup } from "node:dns";
import { type RequestOptions, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";

import { isPublicAddress } from "@/server/infra/notify/public-address";

/** Why a message was not taken. */
export class OutgoingError extends Error {
  override readonly name = "OutgoingError";
  constructor(
    /** One sentence that the tenant may read. */
    readonly sentence: string,
    /** Another try would end alike. */
    readonly permanent: boolean,
  ) {
    super(sentence);
  }
}

type Post = Readonly<{
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** Whether it may go to this machine and to private networks, and without TLS. */
  allowPrivate: boolean;
  deadlineMs?: number;
}>;

const DEADLINE_MS = 10_000;
const elsewhere = () => new OutgoingError("Its address is in a private network, where messages do not go.", true);

/**
 * Posts a text to an address that a customer named. Every address that the name resolves to must be public, and the one
 * that was looked at is the one that is connected to; a redirect is an answer and not followed.
 * @returns the status, which is 2xx.
 * @throws OutgoingError.
 */
export function postOut({ url, headers, body, allowPrivate, deadlineMs = DEADLINE_MS }: Post): Promise<number> {
  const target = new URL(url);
  const host = target.hostname.replace(/^\[|\]$/g, "");
  if (target.protocol !== "https:" && !(allowPrivate && target.protocol === "http:")) {
    return Promise.reject(new OutgoingError("Only https:// addresses are sent to.", true));
  }
  if (!allowPrivate && isIP(host) && !isPublicAddress(host)) return Promise.reject(elsewhere());
  const options: RequestOptions = {
    method: "POST",
    headers: { ...headers, "content-length": String(Buffer.byteLength(body)), "user-agent": "Ringfence" },
    lookup: allowPrivate ? undefined : onlyPublic,
    // A connection that was kept could have been made under another name's check.
    agent: false,
    signal: AbortSignal.timeout(deadlineMs),
  };
  return new Promise((resolve, reject) => {
    const send = target.protocol === "https:" ? requestHttps : requestHttp;
    const sent = send(target, options, (response) => {
      const status = response.statusCode ?? 0;
      // What it says is of no use; not reading it keeps a long answer out.
      response.destroy();
      if (status >= 200 && status < 300) resolve(status);
      else reject(new OutgoingError(`It answered ${status}.`, status === 410));
    });
    sent.on("error", (error) => {
      if (error instanceof OutgoingError) reject(error);
      else reject(new OutgoingError(whyNot(error, deadlineMs), false));
    });
    sent.end(body);
  });
}

function whyNot(error: NodeJS.ErrnoException, deadlineMs: number): string {
  if (error.name === "AbortError" || error.name === "TimeoutError")
    return `It did not answer within ${deadlineMs / 1_000} seconds.`;
  if (error.code === "ENOTFOUND") return "Its name is not known.";
  return error.code === "ECONNREFUSED" ? "Nobody answers at its address." : "It could not be connected to.";
}

const onlyPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    if (error || !first) callback(error ?? new Error("no address"), "", 4);
    else if (!addresses.every(({ address }) => isPublicAddress(address))) callback(elsewhere(), "", 4);
    else if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};
