import { afterAll, beforeAll, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import { queueMail } from "@/server/domain/mail/mail";
import type { TenantId } from "@/server/kernel/ids";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

const mine = { tenantSlug: "reseller" };
const actor = { kind: "cli", id: "test", requestId: "r1" } as const;

test("mails are listed to their tenant only, without their words, and a failed one is sent again", async () => {
  const tenantId = on.reseller.tenantId as TenantId;
  await change(db.app, { tenantId, actor, action: "mail.send_again" }, async (tx) => {
    await queueMail(tx, tenantId, { to: "ann@test.example", subject: "Your credit", text: "What only Ann may read." });
    return { subject: "mail:new", result: undefined };
  });
  const { items } = await on.as("reseller").mail.list(mine);
  expect(items).toMatchObject([{ to: "ann@test.example", subject: "Your credit", state: "queued" }]);
  expect(JSON.stringify(items, (_key, value) => (typeof value === "bigint" ? String(value) : value))).not.toContain(
    "only Ann",
  );
  expect((await on.as("customer").mail.list({ tenantSlug: "acme" })).items).toEqual([]);
  const mailId = items[0]?.id ?? "";
  await on.sql("UPDATE mail SET state = 'failed' WHERE id = $1", [mailId]);
  await expect(on.as("customer").mail.sendAgain({ tenantSlug: "acme", mailId })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
  await on.as("reseller").mail.sendAgain({ ...mine, mailId });
  expect((await on.as("reseller").mail.list(mine)).items[0]?.state).toBe("queued");
});
