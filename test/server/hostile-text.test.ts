import { randomUUID } from "node:crypto";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import { newExtensionSchema } from "@/server/domain/provisioning/extension.schema";
import { createExtension } from "@/server/domain/provisioning/extensions";
import { createLogger } from "@/server/infra/log/logger";
import { csvForPeople } from "@/server/kernel/csv";
import type { CallId, TenantId } from "@/server/kernel/ids";
import { useAmiLink } from "@/test/support/ami-link";
import { builders, type Phone, type Tenancy } from "@/test/support/builders";
import { startTestWorkers } from "@/test/support/call-control";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { hostileText } from "@/test/support/hostile-text";
import { answerLine } from "@/workers/call-control/answer-line";

/** Ten thousand texts that want more than to be read, through every door that leads out of the product. */

describe.each(["package", "socket"] as const)("the manager interface, over the %s transport", (transport) => {
  const link = useAmiLink(transport);

  test("gets one action per request that is fit to be sent, and not a byte of any other", {
    timeout: 600_000,
  }, async () => {
    await link.connected();
    let fit = 0;
    const asked = async (request: Promise<unknown>) => {
      const refused = await request.then(
        () => undefined,
        (error: unknown) => error,
      );
      if (refused === undefined) fit += 1;
      else expect(refused).toMatchObject({ code: "invalid_input" });
    };
    const channel = fc.oneof(
      hostileText,
      hostileText.map((text) => `PJSIP/acme-101${text}`),
    );
    await fc.assert(
      fc.asyncProperty(channel, async (text) => {
        await asked(link.ami.hangUp(text, { cause: 16, deadlineMs: 60_000 }));
        await asked(link.ami.setLimit(text, 5, { deadlineMs: 60_000 }));
      }),
      { numRuns: 1_500 },
    );
    const acted = link.pbx.received.filter(({ action }) => !/^(login|ping|logoff)$/i.test(action ?? ""));
    expect(acted).toHaveLength(fit);
    for (const one of acted) {
      expect(one["action"]).toMatch(/^(Hangup|Setvar)$/);
      expect(Object.keys(one).filter((name) => !/^(action|actionid|channel|cause|variable|value)$/.test(name))).toEqual(
        [],
      );
    }
  });

  test("rings no phone but one that can be named, in no other context, and asks of no channel that cannot be", {
    timeout: 600_000,
  }, async () => {
    await link.connected();
    let fit = 0;
    const asked = async (request: Promise<unknown>) => {
      const refused = await request.then(
        () => undefined,
        (error: unknown) => error,
      );
      if (refused === undefined) fit += 1;
      else expect(refused).toMatchObject({ code: "invalid_input" });
    };
    const phone = fc.oneof(
      hostileText,
      hostileText.map((text) => `acme-101${text}`),
      fc.stringMatching(/^acme-[0-9]{2,6}$/),
    );
    await fc.assert(
      fc.asyncProperty(phone, async (text) => {
        await asked(link.ami.ringForEcho(text, { deadlineMs: 60_000 }));
        await asked(link.ami.answeredAtUs(text, { deadlineMs: 60_000 }));
      }),
      { numRuns: 750 },
    );
    const acted = link.pbx.received.filter(({ action }) => !/^(login|ping|logoff)$/i.test(action ?? ""));
    expect(acted).toHaveLength(fit);
    const rung = acted.filter(({ action }) => action === "Originate");
    expect(rung.length).toBeGreaterThan(100);
    for (const { channel, application, data, variable } of rung) {
      expect(channel).toMatch(/^Local\/[A-Za-z0-9._-]+@ringfence-test\/n$/);
      expect([application, data, variable]).toEqual(["Wait", "40", "CDR_PROP(disable)=1"]);
    }
    for (const one of acted.filter(({ action }) => action !== "Originate")) {
      expect([one["action"], one["variable"]]).toEqual(["Getvar", "CDR(answer,u)"]);
      expect(Object.keys(one).toSorted()).toEqual(["action", "actionid", "channel", "variable"]);
    }
  });
});

test("the dialplan reads one line of six fields, or hears an error", () => {
  const id = hostileText.map((text) => text as CallId);
  fc.assert(
    fc.property(
      hostileText,
      hostileText,
      id,
      fc.constantFrom("out", "internal", "inbound"),
      (target, callerId, callId, kind) => {
        let line: string;
        try {
          const rest = { code: "" as const, grantedSeconds: 60, tenantId: undefined, number: undefined };
          line = answerLine({ ...rest, kind, target, callerId, callId });
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        expect(line).toMatch(/^(out|internal|inbound)\|60(\|[A-Za-z0-9+*#._-]{0,80}){4}$/);
      },
    ),
    { numRuns: 3_000 },
  );
});

test("a table for people comes back as it was, and no cell of it is a formula", () => {
  fc.assert(
    fc.property(fc.array(hostileText, { minLength: 1, maxLength: 3 }), (row) => {
      const [cells] = parse(csvForPeople([row]), { relax_column_count: true }) as string[][];
      // Well-formed as a file is: half a character cannot be written.
      const sent = row.map((text) => Buffer.from(text).toString());
      expect(cells).toEqual(sent.map((text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)));
      for (const cell of cells ?? []) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    }),
    { numRuns: 2_250 },
  );
});

test("the log has one line for each, whatever the text", () => {
  const lines: string[] = [];
  const log = createLogger({ name: "test", destination: { write: (line: string) => void lines.push(line) } });
  fc.assert(
    fc.property(hostileText, (text) => {
      lines.length = 0;
      log.warn({ dialled: text, [text]: 1 }, text);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(/^[^\n\r\0]*\n$/);
      expect(JSON.parse(lines[0] ?? "")).toMatchObject({ name: "test", level: "warn" });
    }),
    { numRuns: 2_000 },
  );
});

describe("with a database", () => {
  let db: TestDatabase;
  let make: ReturnType<typeof builders>;
  let acme: Tenancy;
  let phone: Phone;
  let pbx: Awaited<ReturnType<typeof startTestWorkers>>;
  beforeAll(async () => {
    db = await createDatabase();
    make = builders(db);
    const operator = await make.tenant("operator");
    acme = await make.tenant("customer", operator, { slug: "acme" });
    await make.assign(acme, await make.plan(operator, { "49": { perMinute: 10_000n, first: 60, next: 60 } }));
    await make.topUp(acme, 1_000_000n);
    phone = await make.phone(acme, "101");
    pbx = await startTestWorkers(db);
  });
  afterAll(async () => {
    await pbx?.stop();
    await db?.drop();
  });

  test("call control answers in one line, and keeps what can be shown", { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(hostileText, hostileText, async (dialled, cid) => {
        const { status, text } = await pbx.authorise(randomUUID(), phone.endpoint, dialled, { cid });
        // What is longer than a number can be is refused as a question.
        if (status !== 200) return expect(status).toBe(400);
        expect(text).toMatch(/^(out|internal|echo|emergency|refuse)\|\d+(\|[A-Za-z0-9+*#._-]{0,80}){4}$/);
      }),
      { numRuns: 300 },
    );
    for (const { dialled } of await make.sql<{ dialled: string }>("SELECT dialled FROM call"))
      expect(dialled).not.toMatch(/\p{Cc}/u);
    expect(await make.sql("SELECT * FROM ledger_check()")).toEqual([]);
  });

  test("what the PBX reads of a phone is made of its number alone, whatever its name", {
    timeout: 600_000,
  }, async () => {
    let number = 1_000;
    await fc.assert(
      fc.asyncProperty(hostileText, async (displayName) => {
        number += 1;
        const read = newExtensionSchema.safeParse({ number: String(number), displayName });
        if (!read.success) return;
        const tenantId = acme.tenantId as TenantId;
        const actor = { kind: "cli", id: "test", requestId: "test" } as const;
        await change(db.app, { tenantId, action: "extension.create", actor }, async (tx) => {
          const made = await createExtension(tx, tenantId, read.data);
          return { subject: `extension:${made.id}`, result: made.id };
        });
      }),
      { numRuns: 200 },
    );
    const rows = await make.sql<{ id: string; callerid: string; set_var: string; aors: string; context: string }>(
      "SELECT id, callerid, set_var, aors, context FROM pbx.ps_endpoints WHERE id LIKE 'acme-1%' AND id <> 'acme-101'",
    );
    expect(rows.length).toBeGreaterThan(50);
    for (const { id, callerid, set_var, aors, context } of rows) {
      expect([callerid, aors, context]).toEqual([`<${id.slice(5)}>`, id, "ringfence-phone"]);
      expect(set_var).toMatch(/^RF_EMERGENCY=[0-9-]*$/);
    }
  });
});
