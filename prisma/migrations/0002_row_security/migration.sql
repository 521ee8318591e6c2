-- Who may see which row. The portal connects as portal_app: not the owner, no BYPASSRLS. Nothing set means no rows.
--   app.tenant_id  the tenant acted on (set per transaction)
--   app.subtree    'on' lets reads reach the tenants below app.tenant_id; writes never do
--   app.user_id    the signed-in person
-- Two roles that nobody can log in as own the functions that must look further: portal_charge (money) and
-- portal_system (sign-in, provisioning, audit).
DO $$
DECLARE r text;
BEGIN
  FOREACH r IN ARRAY ARRAY['portal_charge', 'portal_system'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', r);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
    IF NOT pg_has_role(current_user, r, 'MEMBER') THEN EXECUTE format('GRANT %I TO current_user', r); END IF;
  END LOOP;
END $$;

CREATE FUNCTION app_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::uuid $$;
CREATE FUNCTION app_user() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.user_id', true), '')::uuid $$;
CREATE FUNCTION app_subtree() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT coalesce(current_setting('app.subtree', true) = 'on', false) $$;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['plan', 'rate', 'destination', 'wallet', 'ledger_transaction', 'ledger_entry', 'extension',
    'registration', 'call', 'hold', 'spend_day', 'difference', 'security_event', 'outbox_job', 'seat', 'invitation',
    'audit_event', 'audit_head'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_tenant ON %I TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t);
    EXECUTE format('CREATE POLICY tenants_below ON %I FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN '
      '(SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()))', t);
    EXECUTE format('CREATE POLICY money_functions ON %I TO portal_charge USING (true) WITH CHECK (true)', t);
    EXECUTE format('CREATE POLICY system_functions ON %I TO portal_system USING (true) WITH CHECK (true)', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['tenant', 'tenant_below', 'person', 'session'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY money_functions ON %I TO portal_charge USING (true) WITH CHECK (true)', t);
    EXECUTE format('CREATE POLICY system_functions ON %I TO portal_system USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;

CREATE POLICY own_tenant ON tenant TO portal_app USING (id = app_tenant()) WITH CHECK (id = app_tenant());
CREATE POLICY tenants_below ON tenant FOR SELECT TO portal_app
  USING (app_subtree() AND id IN (SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()));
CREATE POLICY own_branch ON tenant_below FOR SELECT TO portal_app USING (ancestor_id = app_tenant());
-- A person is visible to themselves and to whoever may see one of their seats (the seat's own policy decides that).
CREATE POLICY self_or_colleague ON person FOR SELECT TO portal_app
  USING (id = app_user() OR id IN (SELECT user_id FROM seat));
CREATE POLICY own_sessions ON session FOR SELECT TO portal_app USING (user_id = app_user());
-- The plan somebody buys under belongs to a tenant above, and a buyer may read its own prices.
CREATE POLICY bought_plan ON plan FOR SELECT TO portal_app USING (id = (SELECT plan_id FROM tenant WHERE id = app_tenant()));
CREATE POLICY bought_rate ON rate FOR SELECT TO portal_app USING (plan_id = (SELECT plan_id FROM tenant WHERE id = app_tenant()));

GRANT USAGE ON SCHEMA public TO portal_app, portal_charge, portal_system;
GRANT SELECT ON tenant, tenant_below, plan, rate, destination, wallet, ledger_transaction, ledger_entry, extension, registration,
  call, hold, spend_day, difference, security_event, outbox_job, seat, invitation, audit_event, audit_head, session TO portal_app;
-- Never the password digest.
GRANT SELECT (id, email, name, created_at) ON person TO portal_app;
GRANT UPDATE (name) ON person TO portal_app;
CREATE POLICY own_name ON person FOR UPDATE TO portal_app USING (id = app_user()) WITH CHECK (id = app_user());
GRANT UPDATE (name, state, time_zone, plan_id, max_calls, max_calls_per_minute, daily_cap_micros, sells_below_cost) ON tenant TO portal_app;
GRANT INSERT, UPDATE ON plan, rate, outbox_job, security_event TO portal_app;
GRANT INSERT, UPDATE, DELETE ON extension TO portal_app;
GRANT DELETE ON rate, security_event, outbox_job TO portal_app;
GRANT INSERT, DELETE ON destination TO portal_app;
GRANT INSERT, UPDATE, DELETE ON seat, invitation TO portal_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON rate_limit, spool_position TO portal_app;

-- Money moves through functions only, and nobody rewrites the ledger: there is no UPDATE or DELETE on it for any role.
GRANT SELECT ON tenant, tenant_below, plan, rate, destination, extension TO portal_charge;
-- Only to lock a tenant's row, for which Postgres wants the right to change something of it.
GRANT UPDATE (created_at) ON tenant TO portal_charge;
GRANT SELECT, INSERT ON ledger_transaction, ledger_entry TO portal_charge;
GRANT SELECT, INSERT, UPDATE ON wallet, call, hold, spend_day, difference TO portal_charge;

GRANT SELECT, INSERT, UPDATE ON tenant, person, session, seat, invitation, extension, audit_head, security_event, wallet, destination TO portal_system;
GRANT SELECT, INSERT ON tenant_below, audit_event TO portal_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON registration TO portal_system;
GRANT SELECT ON plan, call TO portal_system;
GRANT SELECT, UPDATE, DELETE ON outbox_job TO portal_system;
GRANT DELETE ON session, security_event, invitation TO portal_system;
