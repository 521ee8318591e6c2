import { randomUUID } from "node:crypto";

import { type Role, roles } from "@/server/domain/tenancy/roles";
import { builders, type Tenancy } from "@/test/support/builders";
import type { TestDatabase } from "@/test/support/database";
import { moneyThings } from "@/test/support/money-things";
import type { Ids } from "@/test/support/sample-input";

export type Branches = Awaited<ReturnType<typeof makeBranches>>;

/** Of thousands of numbers taken by chance two would be the same now and then. */
let dids = 70_000_000;

/**
 * Two branches under one operator: ours (a reseller with two customers) and theirs (a reseller with one), with things in
 * every one of them, and a person of every role on every tenant.
 */
export async function makeBranches(db: TestDatabase) {
  const build = builders(db);
  const operator = await build.tenant("operator", undefined, { slug: "operator" });
  const reseller = await build.tenant("reseller", operator, { slug: "ours" });
  const customer = await build.tenant("customer", reseller, { slug: "inside" });
  const sibling = await build.tenant("customer", reseller, { slug: "sibling" });
  const theirs = await build.tenant("reseller", operator, { slug: "theirs" });
  const far = await build.tenant("customer", theirs, { slug: "far" });

  const person = async (email = `${randomUUID()}@test.example`): Promise<string> =>
    (await build.one<{ id: string }>("INSERT INTO person (email, name) VALUES ($1, 'Somebody') RETURNING id", [email]))
      .id;
  const seat = async (of: Tenancy, role: Role, userId?: string): Promise<string> => {
    const id = userId ?? (await person());
    await build.sql("INSERT INTO seat (tenant_id, user_id, role) VALUES ($1, $2, $3)", [of.tenantId, id, role]);
    return id;
  };
  const everyRole = async (of: Tenancy): Promise<Readonly<Record<Role, string>>> => {
    const pairs = [];
    for (const role of roles) pairs.push([role, await seat(of, role)]);
    return Object.fromEntries(pairs);
  };

  /** A charge that the tenant disputes with the one above it. */
  const disputeOf = async (of: Tenancy): Promise<string> => {
    const { id: call } = await build.one<{ id: string }>(
      `INSERT INTO call (tenant_id, pbx, pbx_call_id, kind, dialled, state, outcome, started_at, ended_at, currency)
       VALUES ($1, 'pbx1', $2, 'external', '493012345678', 'ended', 'answered', now(), now(), 'EUR') RETURNING id`,
      [of.tenantId, randomUUID()],
    );
    await build.sql(
      `INSERT INTO hold (tenant_id, call_id, call_tenant_id, level, wallet_id, state, held_micros, plan_name, prefix, per_minute_micros,
         connection_fee_micros, first_seconds, next_seconds, grace_seconds, charged_micros)
       SELECT $1, $2, $1, 0, id, 'charged', 0, 'Sample', '49', 5000, 0, 60, 60, 0, 5000 FROM wallet WHERE tenant_id = $1`,
      [of.tenantId, call],
    );
    const { id } = await build.one<{ id: string }>(
      `WITH charge AS (INSERT INTO ledger_transaction (tenant_id, kind, posting_key, call_id, actor, occurred_at)
         VALUES ($1, 'charge', 'call:' || $2::text || ':0', $2::uuid, 'test', now()) RETURNING id)
       INSERT INTO dispute (tenant_id, seller_id, number, call_id, level, charge_id, currency, charged_micros, evidence, opened_by)
       SELECT $1, t.parent_id, 1 + (SELECT count(*) FROM dispute d WHERE d.seller_id = t.parent_id), $2::uuid, 0, charge.id, 'EUR', 5000, '{}', 'test'
       FROM charge, tenant t WHERE t.id = $1 RETURNING id`,
      [of.tenantId, call],
    );
    return id;
  };

  /** Something of every kind, on this tenant, as the owner of the schema puts it there. */
  const thingsOf = async (of: Tenancy, buyer: Tenancy): Promise<Ids> => {
    const plan = await build.plan(of, { "49": { perMinute: 10_000n } });
    const { id: rate } = await build.one<{ id: string }>("SELECT id FROM rate WHERE plan_id = $1", [plan]);
    const phone = await build.phone(of, "777777");
    const user = await seat(of, "owner");
    const { id: call } = await build.one<{ id: string }>(
      `INSERT INTO call (tenant_id, pbx, pbx_call_id, kind, dialled, state, started_at, currency, extension_id)
       VALUES ($1, 'pbx1', $2, 'external', '493012345678', 'answered', now(), 'EUR', $3) RETURNING id`,
      [of.tenantId, randomUUID(), phone.extensionId],
    );
    const { id: invitation } = await build.one<{ id: string }>(
      `INSERT INTO invitation (tenant_id, email, role, token_hash, expires_at) VALUES ($1, $2, 'viewer', sha256($3), now() + interval '1 day') RETURNING id`,
      [of.tenantId, `${randomUUID()}@test.example`, Buffer.from(randomUUID())],
    );
    const { id: session } = await build.one<{ id: string }>(
      "INSERT INTO session (user_id, expires_at) VALUES ($1, now() + interval '1 day') RETURNING id",
      [user],
    );
    const dispute = await disputeOf(of);
    const { id: task } = await build.one<{ id: string }>(
      "INSERT INTO task (tenant_id, kind, title, created_by) VALUES ($1, 'deck.import', 'A deck', 'test') RETURNING id",
      [of.tenantId],
    );
    const { id: deck } = await build.one<{ id: string }>(
      "INSERT INTO deck (tenant_id, plan_id, file_name, mode, parts, created_by) VALUES ($1, $2, 'a.csv', 'merge', 1, 'test') RETURNING id",
      [of.tenantId, plan],
    );
    const { id: imported } = await build.one<{ id: string }>(
      `INSERT INTO cdr_import (tenant_id, format, source, file_name, bytes, parts, options, created_by)
       VALUES ($1, 'carrier', 'wholesale', 'a.csv', 40, 1, '{}', 'test') RETURNING id`,
      [of.tenantId],
    );
    const { id: difference } = await build.one<{ id: string }>(
      "INSERT INTO difference (tenant_id, kind, subject, currency) VALUES ($1, 'shortfall', $2, 'EUR') RETURNING id",
      [of.tenantId, randomUUID()],
    );
    await build.topUp(of, 1n);
    await build.as(operator.tenantId);
    const { id: transaction } = await build.one<{ id: string }>(
      `SELECT wallet_transfer(t.id, CASE WHEN $2 = t.id THEN t.parent_id ELSE $2 END, 1, 'EUR', gen_random_uuid()::text, '', 'test') AS id
       FROM tenant t WHERE t.id = $1`,
      [of.tenantId, buyer.tenantId],
    );
    const { id: mail } = await build.one<{ id: string }>(
      "INSERT INTO mail (tenant_id, recipient, subject, body, state) VALUES ($1, 'a@sample.example', 'A mail', 'Said.', 'failed') RETURNING id",
      [of.tenantId],
    );
    const { id: bundle } = await build.one<{ id: string }>(
      "INSERT INTO bundle (tenant_id, name, unit, amount, period, prefixes) VALUES ($1, $2, 'calls', 5, 'day', '{49}') RETURNING id",
      [of.tenantId, randomUUID()],
    );
    await build.as(of.tenantId);
    const { id: incident } = await build.one<{ id: string }>(
      "INSERT INTO incident (tenant_id, kind, title, severity, first_at, last_at) VALUES ($1, 'manual', 'Sample', 'low', now(), now()) RETURNING id",
      [of.tenantId],
    );
    await build.sql(
      "INSERT INTO incident_review (tenant_id, incident_id, cause, saved_by) VALUES ($1, $2, 'Sample', 'test')",
      [of.tenantId, incident],
    );
    const { id: followUp } = await build.one<{ id: string }>(
      "INSERT INTO incident_follow_up (tenant_id, incident_id, place, text) VALUES ($1, $2, 0, 'Sample') RETURNING id",
      [of.tenantId, incident],
    );
    const { id: savedList } = await build.one<{ id: string }>(
      "INSERT INTO saved_list (tenant_id, person_id, page, name, query, says) VALUES ($1, $2, 'calls', 'Sample', 'q=1', 'Sample') RETURNING id",
      [of.tenantId, user],
    );
    const { id: hold } = await build.one<{ id: string }>(
      "INSERT INTO legal_hold (tenant_id, kind, subject, label, reason, placed_by) VALUES ($1, 'number', '493012345678', '+493012345678', 'Sample', 'test') RETURNING id",
      [of.tenantId],
    );
    const { id: ban } = await build.one<{ id: string }>(
      "INSERT INTO ban (tenant_id, network, scope, reason, source, expires_at) VALUES ($1, '203.0.113.9', 'sip', 'Sample', 'person', now() + interval '1 hour') RETURNING id",
      [of.tenantId],
    );
    const { id: target } = await build.one<{ id: string }>(
      "INSERT INTO notify_target (tenant_id, kind, address, least_severity, level, created_by) VALUES ($1, 'sms', '+49777777', 'low', 1, 'test') RETURNING id",
      [of.tenantId],
    );
    const { id: delivery } = await build.one<{ id: string }>(
      "INSERT INTO notify_delivery (tenant_id, target_id, key, event, body, state) VALUES ($1, $2, 'k', 'test', 'Said.', 'failed') RETURNING id",
      [of.tenantId, target],
    );
    const { id: containment } = await build.one<{ id: string }>(
      "INSERT INTO containment (tenant_id, incident_id, of_tenant_id, subject, created_by) VALUES ($1, $2, $1, 'Sample', 'test') RETURNING id",
      [of.tenantId, incident],
    );
    const { id: apiToken } = await build.one<{ id: string }>(
      `INSERT INTO api_token (tenant_id, name, prefix, digest, scopes, user_id, with_factor, expires_at)
       VALUES ($1, 'Sample', 'rft_' || left(md5(gen_random_uuid()::text), 8), sha256(gen_random_uuid()::text::bytea), '{calls.read}', $2, false, now() + interval '1 day') RETURNING id`,
      [of.tenantId, user],
    );
    await build.sql("INSERT INTO api_answer (tenant_id, token_id, key, request) VALUES ($1, $2, 'k', '')", [
      of.tenantId,
      apiToken,
    ]);
    const { id: schedule } = await build.one<{ id: string }>(
      `INSERT INTO export_schedule (tenant_id, person_id, every, what, settings, next_at)
       VALUES ($1, $2, 'week', 'calls', '{"what": "calls", "filter": {}, "format": "csv"}', now() + interval '1 day') RETURNING id`,
      [of.tenantId, user],
    );
    const { id: exported } = await build.one<{ id: string }>(
      `WITH t AS (INSERT INTO task (tenant_id, kind, title, created_by) VALUES ($1, 'export.make', 'Sample', 'test') RETURNING id)
       INSERT INTO export_file (tenant_id, task_id, what, format, settings, file_name, bound, created_by)
       SELECT $1, t.id, 'calls', 'csv', '{"filter":{},"style":{}}', 'calls.csv', 1, 'test' FROM t RETURNING id`,
      [of.tenantId],
    );
    await build.sql(
      "INSERT INTO export_part (tenant_id, export_id, part, lines, bytes, data) VALUES ($1, $2, 0, 1, 1, '')",
      [of.tenantId, exported],
    );
    const { id: numberBlock } = await build.one<{ id: string }>(
      "INSERT INTO number_block (tenant_id, digits, exact, created_by) VALUES ($1, '88299', true, 'test') RETURNING id",
      [of.tenantId],
    );
    const { id: hotList } = await build.one<{ id: string }>(
      "INSERT INTO hot_list (tenant_id, name) VALUES ($1, $2) RETURNING id",
      [of.tenantId, randomUUID()],
    );
    const { id: hotImport } = await build.one<{ id: string }>(
      "INSERT INTO hot_import (tenant_id, list_id, file_name, bytes, mode, created_by) VALUES ($1, $2, 'a.csv', 40, 'merge', 'test') RETURNING id",
      [of.tenantId, hotList],
    );
    const { id: link } = await build.one<{ id: string }>(
      `INSERT INTO provision_link (tenant_id, extension_id, token_digest, devices, created_by, expires_at)
       VALUES ($1, $2, sha256(gen_random_uuid()::text::bytea), 1, 'test', now() + interval '10 minutes') RETURNING id`,
      [of.tenantId, phone.extensionId],
    );
    const { id: deskPhone } = await build.one<{ id: string }>(
      `INSERT INTO desk_phone (tenant_id, extension_id, vendor, mac, login, password_digest, created_by)
       VALUES ($1, $2, 'snom', '000413777777', 'p' || left(md5(gen_random_uuid()::text), 11), '', 'test') RETURNING id`,
      [of.tenantId, phone.extensionId],
    );
    const { id: secretBatch } = await build.one<{ id: string }>(
      "INSERT INTO extension_batch (tenant_id, partly, public_key, asked, created_by) VALUES ($1, true, $2, '[]', 'test') RETURNING id",
      [of.tenantId, Buffer.alloc(32)],
    );
    const { id: tenantImport } = await build.one<{ id: string }>(
      "INSERT INTO tenant_import (tenant_id, created_by) VALUES ($1, 'test') RETURNING id",
      [of.tenantId],
    );
    const { id: statement } = await build.one<{ id: string }>(
      "SELECT i.statement_id AS id FROM wallet w, statement_issue(w.id, '2026-02-01', '2026-02-28', 'range', 2, 'test') i WHERE w.tenant_id = $1",
      [of.tenantId],
    );
    const { key: event } = await build.one<{ key: string }>(
      `INSERT INTO security_event (tenant_id, at, type, username, address) VALUES ($1, now(), 'InvalidPassword', 'nobody', '198.51.100.7')
       RETURNING (extract(epoch FROM at) * 1000000)::bigint || '_' || id AS key`,
      [of.tenantId],
    );
    dids += 1;
    const did = `4930${dids}`;
    await build.did(of, did, null);
    return {
      extension: phone.extensionId,
      did,
      call,
      plan,
      rate,
      user,
      invitation,
      session,
      task,
      deck,
      dispute,
      difference,
      import: imported,
      mail,
      statement,
      incident,
      containment,
      export: exported,
      schedule,
      token: apiToken,
      intoIncident: incident,
      followUp,
      savedList,
      hold,
      ban,
      target,
      delivery,
      numberBlock,
      hotList,
      hotImport,
      event,
      link,
      deskPhone,
      secretBatch,
      tenantImport,
      owner: user,
      slug: buyer.slug,
      transaction,
      ...(await moneyThings(build, of, buyer)),
      bundle,
    };
  };

  return { build, operator, reseller, customer, sibling, theirs, far, person, seat, everyRole, thingsOf };
}
