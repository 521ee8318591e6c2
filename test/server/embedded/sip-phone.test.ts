import { afterEach, describe, expect, test } from "vitest";
import { answerChallenge, chooseChallenge, parseChallenge } from "@/server/embedded/sip-digest";
import { escapeUser, header, parseSip, renderSip } from "@/server/embedded/sip-message";
import { type PhoneOptions, SipPhone } from "@/server/embedded/sip-phone";
import { type Incoming, SipTransactions } from "@/server/embedded/sip-transactions";
import { eventually } from "@/test/support/eventually";
import { watchStandstill } from "@/test/support/standstill";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  // Phones before the gateways they take their leave of.
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function phone(options: Partial<PhoneOptions> & Pick<PhoneOptions, "server">): Promise<SipPhone> {
  const made = await SipPhone.open({ username: "acme-101", secret: "wonder", t1Ms: 10_000, ...options });
  open.push(made);
  return made;
}

const md5 = `Digest realm="ringfence",nonce="abc",algorithm=MD5,qop="auth"`;
const sha256 = `Digest realm="ringfence",nonce="def",algorithm=SHA-256,qop="auth",opaque="o"`;

/** A registrar and gateway that challenges, loses packets when told to, and keeps what it heard. */
async function gateway(answer: (incoming: Incoming, nth: number) => void) {
  const heard: Incoming[] = [];
  const acks: string[] = [];
  const transactions = await SipTransactions.open({
    bindHost: "127.0.0.1",
    bindPort: 0,
    // What is sent again by itself would be a busy machine's doing.
    t1Ms: 10_000,
    onRequest: (incoming) => {
      heard.push(incoming);
      answer(incoming, heard.length);
    },
    onAck: (request) => acks.push(header(request, "cseq")),
  });
  open.push(transactions);
  return { heard, acks, peer: transactions.local };
}

const challenge = (incoming: Incoming) =>
  incoming.respond(401, "Unauthorized", [
    ["www-authenticate", md5],
    ["www-authenticate", sha256],
  ]);

function proves(incoming: Incoming, secret: string): boolean {
  const given = header(incoming.request, "authorization");
  const cnonce = /cnonce="([^"]+)"/.exec(given)?.[1] ?? "";
  return [md5, sha256].some((value) => {
    const offered = parseChallenge(value);
    const { method, uri } = incoming.request;
    return offered && answerChallenge(offered, { username: "acme-101", secret, method, uri, cnonce }) === given;
  });
}

const registrar = () =>
  gateway((incoming) => {
    if (!proves(incoming, "wonder")) challenge(incoming);
    else incoming.respond(200, "OK", [["contact", `${header(incoming.request, "contact")};expires=60`]]);
  });

describe("registering", () => {
  test.each(["MD5", "SHA-256"] as const)("proves the secret with %s", async (algorithm) => {
    const { peer } = await registrar();
    expect(await (await phone({ server: peer, algorithm })).register()).toEqual({ expiresSeconds: 60, algorithm });
  });

  test("takes the stronger of two challenges", async () => {
    const { peer, heard } = await registrar();
    const one = await phone({ server: peer });
    expect(await one.register()).toMatchObject({ algorithm: "SHA-256" });
    expect(one.registered).toBe(true);
    expect(heard.map(({ request }) => header(request, "cseq"))).toEqual(["1 REGISTER", "2 REGISTER"]);
    expect(new Set(heard.map(({ request }) => header(request, "call-id"))).size).toBe(1);
  });

  test("a wrong secret is refused after one proof, not tried again and again", async () => {
    const { peer, heard } = await registrar();
    await expect((await phone({ server: peer, secret: "guess" })).register()).rejects.toMatchObject({ sipCode: 401 });
    expect(heard).toHaveLength(2);
  });

  test("a lost packet is sent again, and nobody there is a time-out", async () => {
    const silent = await SipTransactions.open({
      bindHost: "127.0.0.1",
      bindPort: 0,
      t1Ms: 10,
      onRequest: () => {},
      onAck: () => {},
    });
    open.push(silent);
    await expect((await phone({ server: silent.local, t1Ms: 5 })).register()).rejects.toMatchObject({ sipCode: 408 });
  });
});

describe("calling", () => {
  const pair = async (callee: Partial<PhoneOptions>) => {
    const b = await phone({ username: "acme-102", server: { host: "127.0.0.1", port: 9 }, ...callee });
    const a = await phone({ server: { host: "127.0.0.1", port: b.port } });
    // The callee answers to where the caller is.
    return { a, b };
  };

  test("a call is answered, talked and hung up by the caller", async () => {
    const { a } = await pair({ incoming: { answerAfterMs: 50 } });
    const machine = watchStandstill();
    const call = await a.call("102");
    await call.ringing;
    expect((await call.answered).at).toBeInstanceOf(Date);
    await new Promise((resolve) => setTimeout(resolve, 120));
    call.hangUp();
    const end = await call.ended;
    expect(end).toMatchObject({ status: "answered", sipCode: 200, side: "us" });
    expect(end.talkMs).toBeGreaterThanOrEqual(100);
    expect(end.talkMs).toBeLessThan(120 + machine.slackMs());
  });

  test("both sides see the same end", async () => {
    const ends: Promise<unknown>[] = [];
    const { a } = await pair({ incoming: { answerAfterMs: 0 }, onIncoming: (call) => ends.push(call.ended) });
    const call = await a.call("102");
    await call.answered;
    call.hangUp();
    expect(await call.ended).toMatchObject({ side: "us" });
    expect(await ends[0]).toMatchObject({ status: "answered", side: "them" });
  });

  test.each([
    ["busy", { status: "busy", sipCode: 486 }],
    ["refuse", { status: "no_answer", sipCode: 480 }],
  ] as const)("a phone that is set to %s says so", async (incoming, expected) => {
    const { a } = await pair({ incoming });
    const call = await a.call("102");
    await expect(call.answered).rejects.toThrow(String(expected.sipCode));
    expect(await call.ended).toMatchObject({ ...expected, talkMs: 0, side: "them" });
  });

  test("a call that is given up while it rings is cancelled at the other end", async () => {
    const ends: Promise<unknown>[] = [];
    const { a } = await pair({ incoming: { answerAfterMs: 5_000 }, onIncoming: (call) => ends.push(call.ended) });
    const call = await a.call("102");
    await call.ringing;
    call.hangUp();
    expect(await call.ended).toMatchObject({ status: "cancelled", sipCode: 487, side: "us" });
    expect(await ends[0]).toMatchObject({ status: "cancelled" });
  });

  test("an INVITE proves the secret and its refusal is acknowledged", async () => {
    const { peer, heard, acks } = await gateway((incoming) => {
      if (!proves(incoming, "wonder")) challenge(incoming);
      else incoming.respond(402, "Payment Required");
    });
    const call = await (await phone({ server: peer })).call("+4930123456");
    expect(await call.ended).toMatchObject({ status: "refused", sipCode: 402, reason: "Payment Required" });
    expect(heard.map(({ request }) => request.uri)).toEqual(Array(2).fill(`sip:+4930123456@127.0.0.1:${peer.port}`));
    await eventually(() => expect(acks).toEqual(["1 ACK", "2 ACK"]));
  });

  test("a 200 that comes twice is acknowledged twice and answered once", async () => {
    const { peer, acks } = await gateway((incoming) => {
      if (incoming.request.method === "INVITE")
        incoming.respond(200, "OK", [["to", `${header(incoming.request, "to")};tag=b`]]);
      else incoming.respond(200, "OK");
    });
    const call = await (await phone({ server: peer })).call("102");
    await call.answered;
    await eventually(() => expect(acks).toEqual(["1 ACK"]));
    call.hangUp();
    expect(await call.ended).toMatchObject({ status: "answered" });
  });

  test("what is dialled reaches the wire as one address", async () => {
    const { peer, heard } = await gateway((incoming) => incoming.respond(404, "Not Found"));
    const call = await (await phone({ server: peer })).call("500 \r\nX: y@h>&PJSIP/trunk");
    expect(await call.ended).toMatchObject({ sipCode: 404 });
    expect(heard[0]?.request.uri).toBe(`sip:500%20%0D%0AX%3A%20y%40h%3E&PJSIP/trunk@127.0.0.1:${peer.port}`);
    expect(escapeUser("*43")).toBe("*43");
  });
});

test("it answers the question whether it is there", async () => {
  const asked = await phone({ server: { host: "127.0.0.1", port: 9 } });
  const asker = await SipTransactions.open({
    bindHost: "127.0.0.1",
    bindPort: 0,
    // What is sent again by itself would be a busy machine's doing.
    t1Ms: 10_000,
    onRequest: () => {},
    onAck: () => {},
  });
  open.push(asker);
  const text = `OPTIONS sip:a@b SIP/2.0\r\nv: SIP/2.0/UDP 127.0.0.1:${asker.local.port};branch=z9hG4bK1;rport\r\nf: <sip:x@y>;tag=1\r\nt: <sip:a@b>\r\ni: 1@y\r\nCSeq: 1 OPTIONS\r\n\r\n`;
  const request = parseSip(text);
  if (request?.kind !== "request") throw new Error("unreadable");
  const answer = await new Promise((resolve) => {
    asker.request(
      request,
      { host: "127.0.0.1", port: asked.port },
      { onResponse: resolve, onTimeout: () => resolve(undefined) },
    );
  });
  expect(answer).toMatchObject({ status: 200 });
});

test("the worked example of the standard for SHA-256 and MD5 digests", () => {
  // RFC 7616, section 3.9.1.
  const nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
  const opaque = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS";
  const who = { username: "Mufasa", secret: "Circle of Life", method: "GET", uri: "/dir/index.html" };
  const cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
  const value = (algorithm: string) =>
    `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="${nonce}", opaque="${opaque}"`;
  const answered = (algorithm: "MD5" | "SHA-256") => {
    const offered = chooseChallenge([value("SHA-256"), value("MD5")], algorithm);
    return offered && answerChallenge(offered, { ...who, cnonce });
  };
  expect(answered("MD5")).toContain(`response="8ca523f5e9506fed4657c9700eebdbec"`);
  expect(answered("SHA-256")).toContain(`response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"`);
  expect(parseChallenge(`Digest realm="x", nonce="y", algorithm=SHA-512-256`)).toBeUndefined();
});

test("messages survive being written and read", () => {
  const text = "INVITE sip:1@h SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nCall-ID: 7\r\nContent-Length: 3\r\n\r\nv=0";
  const parsed = parseSip(text);
  expect(parsed && renderSip({ ...parsed, headers: parsed.headers.filter(([n]) => n !== "content-length") })).toBe(
    text,
  );
  for (const noise of ["", "\r\n\r\n", "\0\0\0\0", "GET / HTTP/1.1\r\n\r\n", "SIP/2.0 abc\r\n\r\n"])
    expect(parseSip(noise)).toBeUndefined();
});
