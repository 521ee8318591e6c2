-- Every table that belongs to a tenant carries tenant_id first in its key, so that a foreign key cannot cross tenants.
-- Money is bigint micros (1 000 000 = one unit of the currency). Times are timestamptz; durations whole milliseconds.
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Closed sets and bounds of the tables that every call writes are domains: a backend parses a domain's check once, a
-- table's check with every statement, and the latter took a third of the time of a call.
CREATE DOMAIN not_negative AS bigint CHECK (VALUE >= 0);
CREATE DOMAIN not_zero AS bigint CHECK (VALUE <> 0);
CREATE DOMAIN posting_key AS text CHECK (length(VALUE) BETWEEN 1 AND 200);
CREATE DOMAIN posting_kind AS text CHECK (VALUE IN ('top_up', 'charge', 'correction', 'voucher', 'transfer', 'refund', 'fee'));
CREATE DOMAIN ledger_account AS text CHECK (VALUE IN ('wallet', 'revenue', 'payments', 'adjustments', 'carrier_cost', 'tax'));
CREATE DOMAIN dialled_text AS text CHECK (length(VALUE) <= 128);
CREATE DOMAIN call_kind AS text CHECK (VALUE IN ('external', 'internal', 'emergency', 'echo', 'invalid'));
CREATE DOMAIN call_state AS text CHECK (VALUE IN ('authorised', 'answered', 'ended'));
CREATE DOMAIN call_outcome AS text CHECK (VALUE IN ('answered', 'busy', 'no_answer', 'cancelled', 'failed', 'blocked'));
CREATE DOMAIN hold_state AS text CHECK (VALUE IN ('open', 'charged', 'released'));

CREATE TABLE tenant (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z][a-z0-9-]{1,30}[a-z0-9]$'),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  kind text NOT NULL CHECK (kind IN ('operator', 'reseller', 'customer')),
  parent_id uuid REFERENCES tenant (id),
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended')),
  currency char(3) NOT NULL,
  -- Raises 22023 for a zone that this server does not know: with one, no call of the tenant could be settled.
  time_zone text NOT NULL DEFAULT 'UTC' CHECK (timestamptz '2000-01-01 00:00:00+00' AT TIME ZONE time_zone IS NOT NULL),
  country char(2) NOT NULL,
  -- The plan this tenant buys under. It belongs to a tenant above.
  plan_id uuid,
  max_calls int NOT NULL DEFAULT 20 CHECK (max_calls BETWEEN 0 AND 10000),
  max_calls_per_minute int NOT NULL DEFAULT 120 CHECK (max_calls_per_minute BETWEEN 0 AND 100000),
  daily_cap_micros bigint CHECK (daily_cap_micros >= 0),
  -- The owner of this level agreed to sell below what it pays.
  sells_below_cost boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((kind = 'operator') = (parent_id IS NULL))
);
CREATE UNIQUE INDEX tenant_one_operator ON tenant ((true)) WHERE kind = 'operator';

-- The tree, flattened: one row for each tenant and each tenant at or below it. Row security reads it.
CREATE TABLE tenant_below (
  ancestor_id uuid NOT NULL REFERENCES tenant (id),
  descendant_id uuid NOT NULL REFERENCES tenant (id),
  depth int NOT NULL,
  PRIMARY KEY (ancestor_id, descendant_id)
);
CREATE INDEX tenant_below_up ON tenant_below (descendant_id, depth);

CREATE TABLE plan (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  currency char(3) NOT NULL,
  -- How much time one hold pays for; a longer call renews.
  slice_seconds int NOT NULL DEFAULT 300 CHECK (slice_seconds BETWEEN 10 AND 3600),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name)
);
ALTER TABLE tenant ADD FOREIGN KEY (plan_id) REFERENCES plan (id);

CREATE TABLE rate (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  plan_id uuid NOT NULL,
  prefix text NOT NULL CHECK (prefix ~ '^[1-9][0-9]{0,14}$'),
  per_minute_micros bigint NOT NULL CHECK (per_minute_micros BETWEEN 0 AND 1000000000),
  connection_fee_micros bigint NOT NULL DEFAULT 0 CHECK (connection_fee_micros BETWEEN 0 AND 1000000000),
  first_seconds int NOT NULL DEFAULT 60 CHECK (first_seconds BETWEEN 1 AND 3600),
  next_seconds int NOT NULL DEFAULT 60 CHECK (next_seconds BETWEEN 1 AND 3600),
  grace_seconds int NOT NULL DEFAULT 0 CHECK (grace_seconds BETWEEN 0 AND 3600),
  valid tstzrange NOT NULL CHECK (NOT isempty(valid) AND NOT lower_inf(valid) AND lower_inc(valid) AND NOT upper_inc(valid)),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, plan_id) REFERENCES plan (tenant_id, id),
  CONSTRAINT rate_one_price_at_a_time EXCLUDE USING gist (plan_id WITH =, prefix WITH =, valid WITH &&)
);
CREATE INDEX rate_lookup ON rate (plan_id, prefix);

CREATE TABLE destination (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  country char(2) NOT NULL,
  PRIMARY KEY (tenant_id, country)
);
COMMENT ON TABLE destination IS 'Countries a tenant may call. Absent means closed.';

CREATE TABLE wallet (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  currency char(3) NOT NULL,
  posted_micros bigint NOT NULL DEFAULT 0,
  held_micros not_negative NOT NULL DEFAULT 0,
  credit_limit_micros not_negative NOT NULL DEFAULT 0,
  -- Number of the wallet's last ledger entry: entries form a chain without gaps.
  last_seq bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, currency),
  CONSTRAINT wallet_never_overdrawn CHECK (posted_micros - held_micros + credit_limit_micros >= 0)
) WITH (fillfactor = 70);

CREATE TABLE ledger_transaction (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  kind posting_kind NOT NULL,
  -- The idempotency key, chosen by the caller: the same key twice moves money once.
  posting_key posting_key NOT NULL,
  call_id uuid,
  corrects_id uuid REFERENCES ledger_transaction (id),
  memo text NOT NULL DEFAULT '',
  actor text NOT NULL,
  occurred_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, posting_key)
);

CREATE TABLE ledger_entry (
  tenant_id uuid NOT NULL,
  transaction_id uuid NOT NULL REFERENCES ledger_transaction (id),
  line int NOT NULL,
  -- 'wallet' for prepaid balances; the other side is revenue, payments, adjustments, carrier_cost or tax.
  account ledger_account NOT NULL,
  wallet_id uuid,
  currency char(3) NOT NULL,
  amount_micros not_zero NOT NULL,
  balance_after_micros bigint,
  seq bigint,
  occurred_at timestamptz NOT NULL,
  PRIMARY KEY (transaction_id, line),
  FOREIGN KEY (tenant_id, wallet_id) REFERENCES wallet (tenant_id, id),
  CHECK ((account = 'wallet') = (wallet_id IS NOT NULL AND seq IS NOT NULL AND balance_after_micros IS NOT NULL))
);
CREATE UNIQUE INDEX ledger_entry_chain ON ledger_entry (wallet_id, seq) WHERE wallet_id IS NOT NULL;

-- A transaction's entries are written by one statement, and that statement must sum to zero per currency.
CREATE FUNCTION ledger_sums_to_zero() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF EXISTS (SELECT FROM written GROUP BY transaction_id, currency HAVING sum(amount_micros) <> 0) THEN
    RAISE EXCEPTION 'a ledger transaction does not sum to zero' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $fn$;
CREATE TRIGGER ledger_zero_sum AFTER INSERT ON ledger_entry
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION ledger_sums_to_zero();

CREATE TABLE extension (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  number text NOT NULL CHECK (number ~ '^[1-9][0-9]{1,5}$'),
  display_name text NOT NULL CHECK (length(display_name) BETWEEN 1 AND 80 AND display_name !~ '[[:cntrl:]]'),
  -- E.164 digits without the plus sign; NULL presents the extension's number.
  caller_id text CHECK (caller_id ~ '^[1-9][0-9]{5,14}$'),
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended')),
  sip_username text NOT NULL UNIQUE CHECK (sip_username ~ '^[a-z0-9-]{4,40}$'),
  secret_created_at timestamptz NOT NULL DEFAULT now(),
  max_calls int NOT NULL DEFAULT 2 CHECK (max_calls BETWEEN 0 AND 100),
  daily_cap_micros bigint CHECK (daily_cap_micros >= 0),
  last_seen_at timestamptz,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, number)
);

CREATE TABLE registration (
  tenant_id uuid NOT NULL,
  extension_id uuid NOT NULL,
  -- Asterisk's own name of the contact.
  contact_id text NOT NULL,
  uri text NOT NULL,
  user_agent text NOT NULL DEFAULT '',
  address text NOT NULL DEFAULT '',
  since timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, contact_id),
  FOREIGN KEY (tenant_id, extension_id) REFERENCES extension (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX registration_of_extension ON registration (extension_id);

CREATE TABLE call (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  pbx text NOT NULL,
  pbx_call_id text NOT NULL,
  -- Not a foreign key: a record outlives the extension it was made from. Number and name are kept as they were.
  extension_id uuid,
  extension_number text NOT NULL DEFAULT '',
  extension_name text NOT NULL DEFAULT '',
  kind call_kind NOT NULL,
  dialled dialled_text NOT NULL,
  to_e164 text,
  country char(2),
  source_address text NOT NULL DEFAULT '',
  state call_state NOT NULL,
  outcome call_outcome,
  reason text,
  -- The reason a cut at the limit would have: money, cap, or NULL while more could be held.
  limit_reason text,
  granted_seconds int NOT NULL DEFAULT 0,
  trace jsonb NOT NULL DEFAULT '[]',
  started_at timestamptz NOT NULL,
  answered_at timestamptz,
  last_seen_at timestamptz,
  ended_at timestamptz,
  talk_ms not_negative,
  billed_seconds int,
  cost_micros bigint,
  -- Money the talk would have cost beyond what could be taken; listed by reconciliation.
  shortfall_micros bigint NOT NULL DEFAULT 0,
  currency char(3) NOT NULL,
  hangup_cause int,
  hangup_side text,
  -- Which evidence ended it: hangup, event, spool, sweep.
  source text,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (pbx, pbx_call_id)
) WITH (fillfactor = 80);
CREATE INDEX call_newest ON call (tenant_id, started_at DESC, id DESC);
CREATE INDEX call_open ON call (tenant_id) WHERE state <> 'ended';

-- What one level of the chain put aside for one call, at the price that held when the call was authorised.
CREATE TABLE hold (
  tenant_id uuid NOT NULL,
  call_id uuid NOT NULL,
  call_tenant_id uuid NOT NULL,
  -- 0 is the caller's own tenant, 1 its reseller, and so on up.
  level int NOT NULL,
  wallet_id uuid NOT NULL,
  state hold_state NOT NULL DEFAULT 'open',
  held_micros not_negative NOT NULL,
  plan_name text NOT NULL,
  prefix text NOT NULL,
  per_minute_micros bigint NOT NULL,
  connection_fee_micros bigint NOT NULL,
  first_seconds int NOT NULL,
  next_seconds int NOT NULL,
  grace_seconds int NOT NULL,
  billed_seconds int,
  charged_micros bigint,
  PRIMARY KEY (tenant_id, call_id),
  FOREIGN KEY (tenant_id, wallet_id) REFERENCES wallet (tenant_id, id),
  FOREIGN KEY (call_tenant_id, call_id) REFERENCES call (tenant_id, id)
);
CREATE INDEX hold_of_call ON hold (call_id, level);
CREATE INDEX hold_open ON hold (wallet_id) WHERE state = 'open';

CREATE TABLE spend_day (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  -- A day in the tenant's own time zone.
  day date NOT NULL,
  extension_id uuid NOT NULL,
  charged_micros bigint NOT NULL DEFAULT 0,
  calls int NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, day, extension_id)
) WITH (fillfactor = 70);

-- What reconciliation found and could not, or not yet, heal.
CREATE TABLE difference (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  kind text NOT NULL CHECK (kind IN ('hold_without_channel', 'channel_without_hold', 'record_without_charge', 'charge_without_record', 'shortfall', 'wallet_mismatch')),
  -- What makes it the same difference when it is found again.
  subject text NOT NULL,
  money_at_risk_micros bigint NOT NULL DEFAULT 0,
  currency char(3) NOT NULL,
  detail jsonb NOT NULL DEFAULT '{}',
  found_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  healed_at timestamptz,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX difference_once ON difference (kind, subject) WHERE healed_at IS NULL;

CREATE TABLE security_event (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  at timestamptz NOT NULL,
  type text NOT NULL,
  -- The SIP user name that was tried, as received.
  username text NOT NULL DEFAULT '',
  address text NOT NULL DEFAULT '',
  transport text NOT NULL DEFAULT '',
  detail jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX security_event_newest ON security_event (tenant_id, at DESC);
CREATE INDEX security_event_of_username ON security_event (username, at DESC);

CREATE TABLE outbox_job (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  job_name text NOT NULL,
  payload jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  sent_at timestamptz,
  done_at timestamptz,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX outbox_job_waiting ON outbox_job (created_at) WHERE done_at IS NULL;

-- How far Asterisk's call record file was read. Belongs to a PBX, not to a tenant.
CREATE TABLE spool_position (
  file text PRIMARY KEY,
  inode bigint NOT NULL,
  read_to bigint NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE person (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  email text NOT NULL CHECK (email = lower(email) AND length(email) BETWEEN 3 AND 254),
  name text NOT NULL DEFAULT '',
  password_hash text,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (email)
);

CREATE TABLE seat (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  user_id uuid NOT NULL REFERENCES person (id),
  role text NOT NULL CHECK (role IN ('owner', 'admin', 'billing', 'support', 'viewer', 'incident_responder', 'auditor')),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, user_id)
);
CREATE INDEX seat_of_person ON seat (user_id);

-- A signed cookie names a session; the session decides. Revoking it ends access with the next request.
CREATE TABLE session (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES person (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  last_seen_at timestamptz NOT NULL DEFAULT now(),
  address text NOT NULL DEFAULT '',
  user_agent text NOT NULL DEFAULT ''
);
CREATE INDEX session_of_person ON session (user_id);

CREATE TABLE invitation (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  email text NOT NULL CHECK (email = lower(email)),
  role text NOT NULL,
  -- SHA-256 of the token in the link; the token itself is never stored.
  token_hash bytea NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  PRIMARY KEY (tenant_id, id)
);

-- Kept by the rate limiter library; keys are digests, never addresses or e-mails in clear.
CREATE TABLE rate_limit (
  key varchar(255) PRIMARY KEY,
  points integer NOT NULL DEFAULT 0,
  expire bigint
);

CREATE TABLE audit_event (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  seq bigint NOT NULL,
  at timestamptz NOT NULL,
  actor_kind text NOT NULL CHECK (actor_kind IN ('user', 'job', 'cli', 'pbx', 'anonymous')),
  actor_id text NOT NULL,
  -- The tenant whose seat allowed it, when that is another than the one acted on.
  acting_tenant_id uuid,
  action text NOT NULL,
  subject text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('ok', 'denied', 'failed')),
  before jsonb NOT NULL DEFAULT '{}',
  after jsonb NOT NULL DEFAULT '{}',
  request_id text NOT NULL,
  address text NOT NULL DEFAULT '',
  previous_hash bytea NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (tenant_id, seq)
);

CREATE TABLE audit_head (
  tenant_id uuid PRIMARY KEY REFERENCES tenant (id),
  seq bigint NOT NULL,
  hash bytea NOT NULL
);
