import { createHash, randomBytes } from "node:crypto";

import { cseqOf, headersNamed, type SipRequest, type SipResponse } from "@/server/embedded/sip-message";
import type { Peer, SipTransactions } from "@/server/embedded/sip-transactions";

export type DigestAlgorithm = "MD5" | "SHA-256";

export type DigestChallenge = Readonly<{
  realm: string;
  nonce: string;
  algorithm: DigestAlgorithm;
  opaque: string | undefined;
  qop: boolean;
  stale: boolean;
}>;

const hashes = { MD5: "md5", "SHA-256": "sha256" } as const;
const digest = (algorithm: DigestAlgorithm, text: string) => createHash(hashes[algorithm]).update(text).digest("hex");

/** @returns undefined for a scheme or an algorithm that this phone does not speak. */
export function parseChallenge(value: string): DigestChallenge | undefined {
  const scheme = /^\s*Digest\s+(.*)$/is.exec(value);
  if (!scheme) return undefined;
  const given = new Map<string, string>();
  for (const [, name = "", quoted, bare] of (scheme[1] ?? "").matchAll(/([a-z-]+)\s*=\s*(?:"([^"]*)"|([^",\s]+))/gi)) {
    given.set(name.toLowerCase(), quoted ?? bare ?? "");
  }
  const named = (given.get("algorithm") ?? "MD5").toUpperCase();
  if (named !== "MD5" && named !== "SHA-256") return undefined;
  return {
    realm: given.get("realm") ?? "",
    nonce: given.get("nonce") ?? "",
    algorithm: named,
    opaque: given.get("opaque"),
    qop: (given.get("qop") ?? "").split(/\s*,\s*/).includes("auth"),
    stale: given.get("stale")?.toLowerCase() === "true",
  };
}

/** The strongest offered, or the one asked for. */
export function chooseChallenge(values: readonly string[], wanted?: DigestAlgorithm): DigestChallenge | undefined {
  const known = values.map(parseChallenge).filter((challenge) => challenge !== undefined);
  if (wanted) return known.find((challenge) => challenge.algorithm === wanted);
  return known.find((challenge) => challenge.algorithm === "SHA-256") ?? known[0];
}

/** The value of an Authorization header. A nonce is answered once, so its count is always 1. */
export function answerChallenge(
  challenge: DigestChallenge,
  who: Readonly<{ username: string; secret: string; method: string; uri: string; cnonce?: string }>,
): string {
  const { realm, nonce, algorithm, opaque, qop } = challenge;
  const cnonce = who.cnonce ?? randomBytes(8).toString("hex");
  const a1 = digest(algorithm, `${who.username}:${realm}:${who.secret}`);
  const a2 = digest(algorithm, `${who.method}:${who.uri}`);
  const response = digest(algorithm, qop ? `${a1}:${nonce}:00000001:${cnonce}:auth:${a2}` : `${a1}:${nonce}:${a2}`);
  const fields = [
    `username="${who.username}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${who.uri}"`,
    `response="${response}"`,
    `algorithm=${algorithm}`,
    ...(qop ? [`cnonce="${cnonce}"`, "nc=00000001", "qop=auth"] : []),
    ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
  ];
  return `Digest ${fields.join(", ")}`;
}

export type AskHandlers = Readonly<{
  /** Told of each request that really goes out: the first, and the one with the credentials. */
  onSent?: (request: SipRequest) => void;
  onResponse: (response: SipResponse) => void;
  onTimeout: () => void;
}>;

type Caller = Readonly<{ username: string; secret: string; server: Peer; algorithm?: DigestAlgorithm }>;

/** Sends a request; answers one challenge, and a second one when it says that the nonce was merely stale. */
export function askWithDigest(
  transactions: SipTransactions,
  caller: Caller,
  newVia: () => string,
  request: SipRequest,
  handlers: AskHandlers,
  tries = 0,
): void {
  handlers.onSent?.(request);
  transactions.request(request, caller.server, {
    onTimeout: handlers.onTimeout,
    onResponse(response) {
      const proxy = response.status === 407;
      const offered = headersNamed(response, proxy ? "proxy-authenticate" : "www-authenticate");
      const challenge = response.status === 401 || proxy ? chooseChallenge(offered, caller.algorithm) : undefined;
      if (!challenge || (tries > 0 && !(challenge.stale && tries < 2))) {
        handlers.onResponse(response);
        return;
      }
      const { method, uri } = request;
      const value = answerChallenge(challenge, { username: caller.username, secret: caller.secret, method, uri });
      const signed = again(request, newVia(), proxy ? "proxy-authorization" : "authorization", value);
      askWithDigest(transactions, caller, newVia, signed, handlers, tries + 1);
    },
  });
}

function again(request: SipRequest, via: string, name: string, value: string): SipRequest {
  const { number, method } = cseqOf(request);
  const headers = request.headers
    .filter(([own]) => own !== name)
    .map(([own, old]) => {
      if (own === "via") return [own, via] as const;
      return [own, own === "cseq" ? `${number + 1} ${method}` : old] as const;
    });
  return { ...request, headers: [...headers, [name, value]] };
}
