-- The columns and tables of prices in depth: steps, a minimum and a maximum charge, free seconds, hours of the week, several
-- plans, markups, bundles, inbound numbers, tax, and caps. What is done with them stands in the migrations after this one.

-- ---------------------------------------------------------------- rates and plans
-- Outgoing rates match the number dialled, incoming ones the number of ours that was called.
ALTER TABLE rate
  ADD COLUMN direction text NOT NULL DEFAULT 'out' CHECK (direction IN ('out', 'in')),
  ADD COLUMN destination text NOT NULL DEFAULT '' CHECK (length(destination) <= 120),
  ADD COLUMN minimum_charge_micros bigint NOT NULL DEFAULT 0 CHECK (minimum_charge_micros BETWEEN 0 AND 1000000000),
  ADD COLUMN free_seconds int NOT NULL DEFAULT 0 CHECK (free_seconds BETWEEN 0 AND 86400),
  -- Beyond this a call is cut, or goes on free.
  ADD COLUMN max_charge_micros bigint CHECK (max_charge_micros > 0 AND max_charge_micros >= minimum_charge_micros AND max_charge_micros <= 1000000000000),
  ADD COLUMN beyond text NOT NULL DEFAULT 'cut' CHECK (beyond IN ('cut', 'free')),
  -- From the n-th second on another price and increment; three arrays of one length, ascending, or NULL for none.
  ADD COLUMN step_from int[],
  ADD COLUMN step_per_minute bigint[],
  ADD COLUMN step_increment int[],
  -- The minutes of the week (Monday 00:00 is 0) in the plan's zone in which this price holds; NULL is always. Of one prefix
  -- the price with hours wins over the one without.
  ADD COLUMN hours int4multirange CHECK (NOT isempty(hours) AND hours <@ int4multirange(int4range(0, 10080))),
  ADD CONSTRAINT rate_steps CHECK (
    (step_from IS NULL AND step_per_minute IS NULL AND step_increment IS NULL)
    OR (cardinality(step_from) BETWEEN 1 AND 10 AND cardinality(step_per_minute) = cardinality(step_from) AND cardinality(step_increment) = cardinality(step_from)
      AND 1 <= ALL (step_from) AND 86400 >= ALL (step_from) AND 0 <= ALL (step_per_minute) AND 1000000000 >= ALL (step_per_minute)
      AND 1 <= ALL (step_increment) AND 3600 >= ALL (step_increment)));
ALTER TABLE rate DROP CONSTRAINT rate_one_price_at_a_time;
ALTER TABLE rate ADD CONSTRAINT rate_one_price_at_a_time
  EXCLUDE USING gist (plan_id WITH =, direction WITH =, prefix WITH =, valid WITH &&) WHERE (hours IS NULL);
ALTER TABLE rate ADD CONSTRAINT rate_one_price_at_a_time_in_hours
  EXCLUDE USING gist (plan_id WITH =, direction WITH =, prefix WITH =, valid WITH &&, hours WITH &&) WHERE (hours IS NOT NULL);

ALTER TABLE plan
  -- 'markup': what is not priced here costs what the base costs, times the factor, plus the fees.
  ADD COLUMN kind text NOT NULL DEFAULT 'rates' CHECK (kind IN ('rates', 'markup')),
  -- The plan a markup starts from; NULL is whatever the plan's owner buys by.
  ADD COLUMN base_plan_id uuid REFERENCES plan (id),
  ADD COLUMN factor_ppm int NOT NULL DEFAULT 1000000 CHECK (factor_ppm BETWEEN 0 AND 100000000),
  ADD COLUMN per_minute_fee_micros bigint NOT NULL DEFAULT 0 CHECK (per_minute_fee_micros BETWEEN 0 AND 1000000000),
  ADD COLUMN call_fee_micros bigint NOT NULL DEFAULT 0 CHECK (call_fee_micros BETWEEN 0 AND 1000000000),
  ADD COLUMN floor_per_minute_micros bigint NOT NULL DEFAULT 0 CHECK (floor_per_minute_micros BETWEEN 0 AND 1000000000),
  -- The least margin its owner wants to see; decks below it are pointed out.
  ADD COLUMN margin_floor_ppm int NOT NULL DEFAULT 0 CHECK (margin_floor_ppm BETWEEN 0 AND 1000000),
  -- In which hours of the week are counted.
  ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC' CHECK (timestamptz '2000-01-01 00:00:00+00' AT TIME ZONE time_zone IS NOT NULL),
  ADD CHECK (base_plan_id IS DISTINCT FROM id);

-- Plans that are asked before the tenant's own plan_id, the smallest priority first. The first that prices a number wins.
CREATE TABLE tenant_plan (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  priority int NOT NULL CHECK (priority BETWEEN 1 AND 99),
  plan_id uuid NOT NULL REFERENCES plan (id),
  PRIMARY KEY (tenant_id, priority),
  UNIQUE (tenant_id, plan_id)
);

-- ---------------------------------------------------------------- bundles
CREATE TABLE bundle (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  unit text NOT NULL CHECK (unit IN ('seconds', 'calls')),
  amount int NOT NULL CHECK (amount BETWEEN 1 AND 100000000),
  period text NOT NULL CHECK (period IN ('day', 'month')),
  -- The destination group: numbers that begin with one of these.
  prefixes text[] NOT NULL CHECK (cardinality(prefixes) BETWEEN 1 AND 500),
  -- How long a call of a bundle of calls may be free.
  seconds_per_call int NOT NULL DEFAULT 3600 CHECK (seconds_per_call BETWEEN 60 AND 14400),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name)
);
-- Who has which bundle. Of several that fit, the oldest is used first.
CREATE TABLE tenant_bundle (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  bundle_id uuid NOT NULL REFERENCES bundle (id),
  valid tstzrange NOT NULL DEFAULT tstzrange(now(), NULL) CHECK (NOT isempty(valid) AND NOT lower_inf(valid)),
  PRIMARY KEY (tenant_id, bundle_id)
);
-- What was used of it in one period of the tenant's own calendar, and what open calls keep of it.
CREATE TABLE bundle_use (
  tenant_id uuid NOT NULL,
  bundle_id uuid NOT NULL REFERENCES bundle (id),
  period_start date NOT NULL,
  used int NOT NULL DEFAULT 0 CHECK (used >= 0),
  held int NOT NULL DEFAULT 0 CHECK (held >= 0),
  PRIMARY KEY (tenant_id, bundle_id, period_start),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
) WITH (fillfactor = 70);

-- ---------------------------------------------------------------- numbers of ours
CREATE TABLE did (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  number text NOT NULL UNIQUE CHECK (number ~ '^[1-9][0-9]{5,14}$'),
  -- Where it rings; NULL rings nowhere and is answered as not in service.
  extension_id uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, number),
  FOREIGN KEY (tenant_id, extension_id) REFERENCES extension (tenant_id, id)
);

-- ---------------------------------------------------------------- limits and tax
ALTER TABLE tenant
  ADD COLUMN monthly_cap_micros bigint CHECK (monthly_cap_micros >= 0),
  ADD COLUMN call_cap_micros bigint CHECK (call_cap_micros >= 0),
  ADD COLUMN max_per_minute_micros bigint CHECK (max_per_minute_micros >= 0),
  -- What the seller adds to each charge: 190 000 is 19 %.
  ADD COLUMN tax_ppm int NOT NULL DEFAULT 0 CHECK (tax_ppm BETWEEN 0 AND 1000000),
  ADD COLUMN tax_name text NOT NULL DEFAULT '' CHECK (length(tax_name) <= 40);
ALTER TABLE extension
  ADD COLUMN monthly_cap_micros bigint CHECK (monthly_cap_micros >= 0),
  ADD COLUMN call_cap_micros bigint CHECK (call_cap_micros >= 0),
  ADD COLUMN max_per_minute_micros bigint CHECK (max_per_minute_micros >= 0);

-- ---------------------------------------------------------------- what a call keeps of it
ALTER DOMAIN call_kind DROP CONSTRAINT call_kind_check;
ALTER DOMAIN call_kind ADD CONSTRAINT call_kind_check CHECK (VALUE IN ('external', 'internal', 'emergency', 'echo', 'invalid', 'inbound'));
-- Of a call from outside: who called, as told by the trunk.
ALTER TABLE call ADD COLUMN from_number text NOT NULL DEFAULT '' CHECK (length(from_number) <= 64);

-- held_micros is with tax, charged_micros without; tax_micros is what was charged of it.
ALTER TABLE hold
  ADD COLUMN minimum_charge_micros bigint NOT NULL DEFAULT 0,
  ADD COLUMN free_seconds int NOT NULL DEFAULT 0,
  ADD COLUMN max_charge_micros bigint,
  ADD COLUMN beyond text NOT NULL DEFAULT 'cut',
  ADD COLUMN step_from int[],
  ADD COLUMN step_per_minute bigint[],
  ADD COLUMN step_increment int[],
  ADD COLUMN tax_ppm int NOT NULL DEFAULT 0,
  ADD COLUMN tax_micros bigint,
  -- The bundle that pays first, and how many of its seconds (or its one call) this call keeps.
  ADD COLUMN bundle_id uuid,
  ADD COLUMN bundle_period date,
  ADD COLUMN bundle_held int,
  ADD COLUMN bundle_used int,
  -- The price that takes over when the call is answered only after a change of hours or of validity.
  ADD COLUMN late jsonb;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['tenant_plan', 'bundle', 'tenant_bundle', 'bundle_use', 'did'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_tenant ON %I TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t);
    EXECUTE format('CREATE POLICY tenants_below ON %I FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN '
      '(SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()))', t);
    EXECUTE format('CREATE POLICY money_functions ON %I TO portal_charge USING (true) WITH CHECK (true)', t);
    EXECUTE format('CREATE POLICY system_functions ON %I TO portal_system USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
-- A buyer may read what it buys by.
CREATE POLICY bought_plan_too ON plan FOR SELECT TO portal_app USING (id IN (SELECT plan_id FROM tenant_plan WHERE tenant_id = app_tenant()));
CREATE POLICY bought_rate_too ON rate FOR SELECT TO portal_app USING (plan_id IN (SELECT plan_id FROM tenant_plan WHERE tenant_id = app_tenant()));
CREATE POLICY bought_bundle ON bundle FOR SELECT TO portal_app USING (id IN (SELECT bundle_id FROM tenant_bundle WHERE tenant_id = app_tenant()));

GRANT SELECT ON tenant_plan, bundle, tenant_bundle, bundle_use, did TO portal_app, portal_charge;
GRANT SELECT ON did TO portal_system;
GRANT INSERT, UPDATE, DELETE ON tenant_plan, bundle, tenant_bundle, did TO portal_app;
GRANT INSERT, UPDATE ON bundle_use TO portal_charge;
GRANT UPDATE (monthly_cap_micros, call_cap_micros, max_per_minute_micros, tax_ppm, tax_name) ON tenant TO portal_app;
