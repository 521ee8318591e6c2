import type { Env } from "@/server/config/env";
import { readEnv } from "@/server/config/env";
import { silentLogger } from "@/server/infra/log/logger";
import type { TestDatabase } from "@/test/support/database";
import type { FakeAsterisk } from "@/test/support/fake-asterisk";
import { PATIENT } from "@/test/support/patient";
import { startWorkers } from "@/workers/start";

export const PBX_SECRET = "the-secret-of-the-test-pbx";

export function workerEnv(db: TestDatabase, more: Record<string, string | undefined> = {}): Env {
  return readEnv({
    NODE_ENV: "test",
    AUTH_SECRET: "x".repeat(32),
    DATABASE_URL: db.appUrl,
    PBX: "none",
    PBX_SECRET,
    CALL_CONTROL_PORT: "1",
    LOG_LEVEL: "silent",
    ...PATIENT,
    ...more,
  });
}

export const amiEnv = (pbx: FakeAsterisk) => ({
  PBX: "external",
  AMI_HOST: "127.0.0.1",
  AMI_PORT: String(pbx.port),
  AMI_READ_USERNAME: "reads",
  AMI_READ_SECRET: "secret-of-the-reader",
  AMI_ACT_USERNAME: "acts",
  AMI_ACT_SECRET: "secret-of-the-actor",
});

/** Real workers on a free port, and a PBX's way to ask them. */
export async function startTestWorkers(db: TestDatabase, more: Record<string, string | undefined> = {}) {
  const workers = await startWorkers({ ...workerEnv(db, more), CALL_CONTROL_PORT: 0 }, silentLogger);
  return { ...workers, ...callControlAt(workers.callControlPort) };
}

export function callControlAt(port: number, secret = PBX_SECRET) {
  const url = `http://127.0.0.1:${port}`;
  const post = async (path: string, fields: Record<string, string> | string) => {
    const body = typeof fields === "string" ? fields : new URLSearchParams(fields).toString();
    const headers = { authorization: `Bearer ${secret}`, "content-type": "application/x-www-form-urlencoded" };
    const response = await fetch(url + path, { method: "POST", headers, body });
    return { status: response.status, text: await response.text() };
  };
  const nowUs = () => String(Date.now() * 1000);
  return {
    url,
    post,
    authorise: (call: string, endpoint: string, dialled: string, more: Record<string, string> = {}) =>
      post("/v1/authorise", {
        pbx: "pbx1",
        call,
        endpoint,
        dialled,
        cid: "",
        addr: "127.0.0.1:5060",
        at: nowUs(),
        ...more,
      }),
    authoriseInbound: (call: string, called: string, more: Record<string, string> = {}) =>
      post("/v1/authorise-inbound", {
        pbx: "pbx1",
        call,
        endpoint: "carrier",
        dialled: called,
        cid: "+441632960001",
        addr: "127.0.0.1:5060",
        at: nowUs(),
        ...more,
      }),
    ended: (call: string, talkMs: number, more: Record<string, string> = {}) =>
      post("/v1/ended", {
        pbx: "pbx1",
        call,
        talk_ms: String(talkMs),
        status: talkMs > 0 ? "ANSWER" : "CANCEL",
        cause: "16",
        side: "caller",
        at: nowUs(),
        ...more,
      }),
    health: async () => {
      const response = await fetch(`${url}/healthz`);
      return { status: response.status, report: (await response.json()) as Record<string, unknown> };
    },
  };
}
