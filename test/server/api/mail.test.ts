import { afterAll, beforeAll, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import { queueMail } from "@/server/domain/mail/mail";
import type { TenantId } from "@/server/kernel/ids";
import { t } from "@/server/kernel/words";
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

test("a mail is written in the language of its receiver, else of the tenant, whoever causes it", async () => {
  const tenantId = on.customer.tenantId as TenantId;
  await on.sql("INSERT INTO person (email, language) VALUES ('ada@test.example', 'es')");
  await on.sql("UPDATE tenant SET language = 'fr' WHERE id = $1", [tenantId]);
  await change(db.app, { tenantId, actor, action: "mail.send_again" }, async (tx) => {
    for (const to of ["ada@test.example", "stranger@test.example"]) {
      await queueMail(tx, tenantId, { to, subject: () => t("Your second factor"), text: () => t("What it says:") });
    }
    return { subject: "mail:new", result: undefined };
  });
  expect(
    await on.sql("SELECT recipient, subject, body FROM mail WHERE tenant_id = $1 ORDER BY recipient", [tenantId]),
  ).toEqual([
    { recipient: "ada@test.example", subject: "Su segundo factor", body: "Lo que dice:" },
    { recipient: "stranger@test.example", subject: "Votre second facteur", body: "Ce qui est dit :" },
  ]);
});
