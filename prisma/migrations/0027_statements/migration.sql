-- Statements: what a wallet held at the start of a period, every movement, and what it held at the end. Numbered without a
-- gap per seller, copied out of the ledger line by line when they are issued, and written by functions only: nobody, the
-- functions included, may change or delete one.
GRANT CREATE ON SCHEMA public TO portal_charge;

-- What stands on statements beside the name. Set by the tenant's own people.
ALTER TABLE tenant
  ADD COLUMN billing_address text NOT NULL DEFAULT '' CHECK (length(billing_address) <= 500),
  ADD COLUMN vat_id text NOT NULL DEFAULT '' CHECK (length(vat_id) <= 40 AND vat_id !~ '[[:cntrl:]]');
GRANT UPDATE (billing_address, vat_id) ON tenant TO portal_app;

-- The last number a seller gave in a year. Its lock, kept to the end of the transaction, is what makes numbers gapless.
CREATE TABLE statement_counter (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  year int NOT NULL,
  last_number int NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, year)
);

CREATE TABLE statement (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  wallet_id uuid NOT NULL,
  seller_id uuid NOT NULL REFERENCES tenant (id),
  -- As in 2026-000123: the year of issue, and a count within it.
  number text NOT NULL CHECK (number ~ '^\d{4}-\d{6,}$'),
  kind text NOT NULL CHECK (kind IN ('month', 'range')),
  -- Whole days of the tenant's zone, both included, and the instants they begin and end at.
  first_day date NOT NULL,
  last_day date NOT NULL,
  time_zone text NOT NULL,
  period_start timestamptz NOT NULL,
  period_end timestamptz NOT NULL,
  currency char(3) NOT NULL,
  decimals int NOT NULL CHECK (decimals BETWEEN 0 AND 6),
  seller_name text NOT NULL,
  seller_address text NOT NULL,
  seller_vat_id text NOT NULL,
  buyer_name text NOT NULL,
  buyer_address text NOT NULL,
  buyer_vat_id text NOT NULL,
  -- The wallet's entries from first_seq to last_seq; none when last_seq is the smaller one.
  first_seq bigint NOT NULL,
  last_seq bigint NOT NULL,
  opening_micros bigint NOT NULL,
  closing_micros bigint NOT NULL,
  -- [{"kind", "amount"}] without tax, and [{"ppm", "name", "net", "tax"}]; amounts are micros as text.
  totals jsonb NOT NULL,
  taxes jsonb NOT NULL,
  issued_at timestamptz NOT NULL,
  issued_day date NOT NULL,
  issued_by text NOT NULL,
  -- Over all of the above and every line.
  content_sha256 bytea NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (seller_id, number),
  UNIQUE (wallet_id, kind, first_day, last_day),
  FOREIGN KEY (tenant_id, wallet_id) REFERENCES wallet (tenant_id, id),
  CHECK (first_day <= last_day AND period_start < period_end AND last_seq >= first_seq - 1)
);
CREATE INDEX statement_newest ON statement (tenant_id, last_day DESC, number DESC);
CREATE INDEX statement_sold ON statement (seller_id, last_day DESC, number DESC);

CREATE TABLE statement_line (
  tenant_id uuid NOT NULL,
  statement_id uuid NOT NULL,
  seq bigint NOT NULL,
  occurred_at timestamptz NOT NULL,
  -- In the zone of the statement. What came late has a day before its first.
  day date NOT NULL,
  kind text NOT NULL,
  part text NOT NULL CHECK (part IN ('', 'tax')),
  memo text NOT NULL,
  destination text NOT NULL,
  billed_seconds int,
  tax_ppm int,
  amount_micros bigint NOT NULL,
  balance_after_micros bigint NOT NULL,
  transaction_id uuid NOT NULL,
  -- No foreign key: the one function that writes lines writes their statement with them, and a check for each line of a
  -- large one costs as much as the line.
  PRIMARY KEY (statement_id, seq)
);

-- The document itself, and the sum of the table, which is made from the lines each time; written once they were made for the
-- first time. From then on they are given out only alike, whatever the program that makes them has become.
CREATE TABLE statement_seal (
  tenant_id uuid NOT NULL,
  statement_id uuid PRIMARY KEY,
  csv_sha256 bytea NOT NULL CHECK (length(csv_sha256) = 32),
  csv_bytes bigint NOT NULL,
  pdf_sha256 bytea NOT NULL CHECK (pdf_sha256 = sha256(pdf)),
  pdf bytea NOT NULL,
  sealed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  FOREIGN KEY (tenant_id, statement_id) REFERENCES statement (tenant_id, id)
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['statement_counter', 'statement', 'statement_line', 'statement_seal'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_tenant ON %I FOR SELECT TO portal_app USING (tenant_id = app_tenant())', t);
    EXECUTE format('CREATE POLICY money_functions ON %I TO portal_charge USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
CREATE POLICY tenants_below ON statement FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN
  (SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()));
CREATE POLICY tenants_below ON statement_seal FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN
  (SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()));
GRANT SELECT ON statement_counter, statement, statement_line, statement_seal TO portal_app;
GRANT SELECT, INSERT ON statement, statement_line, statement_seal TO portal_charge;
GRANT SELECT, INSERT, UPDATE ON statement_counter TO portal_charge;

-- The last entry of a wallet that belongs before an instant: all up to the first one that happened at it or later. What is
-- recorded late belongs to the next period; and where a statement has cut before, it stays cut.
CREATE FUNCTION statement_cut(p_wallet uuid, p_at timestamptz) RETURNS bigint LANGUAGE plpgsql STABLE AS $fn$
DECLARE v_known bigint; v_least bigint; v_most bigint;
BEGIN
  SELECT CASE WHEN period_end = p_at THEN last_seq ELSE first_seq - 1 END INTO v_known FROM statement
    WHERE wallet_id = p_wallet AND (period_end = p_at OR period_start = p_at) ORDER BY issued_at LIMIT 1;
  IF FOUND THEN RETURN v_known; END IF;
  SELECT coalesce(max(last_seq), 0) INTO v_least FROM statement WHERE wallet_id = p_wallet AND period_end < p_at;
  SELECT min(first_seq) - 1 INTO v_most FROM statement WHERE wallet_id = p_wallet AND period_start > p_at;
  RETURN least(v_most, greatest(v_least, coalesce(
    (SELECT seq - 1 FROM ledger_entry WHERE wallet_id = p_wallet AND seq > v_least AND occurred_at >= p_at ORDER BY seq LIMIT 1),
    (SELECT max(seq) FROM ledger_entry WHERE wallet_id = p_wallet), 0)));
END $fn$;

-- The entries of a wallet as statements tell them. A line of tax is one whose other side is the account 'tax'; it stands two
-- lines below what it was put on.
CREATE FUNCTION statement_entries(p_wallet uuid, p_first bigint, p_last bigint)
RETURNS TABLE (tenant_id uuid, seq bigint, occurred_at timestamptz, kind text, part text, memo text, destination text, billed_seconds int,
  tax_ppm int, amount_micros bigint, balance_after_micros bigint, transaction_id uuid, line int)
LANGUAGE sql STABLE AS $$
  SELECT e.tenant_id, e.seq, e.occurred_at, x.kind::text, k.part, left(x.memo, 300),
    CASE WHEN k.part <> '' OR c.id IS NULL THEN '' WHEN c.kind = 'inbound' THEN 'Incoming +' || h.prefix ELSE concat_ws(' ', c.country, '+' || h.prefix) END,
    CASE WHEN k.part = '' AND x.kind = 'charge' THEN h.billed_seconds END, CASE WHEN k.part = 'tax' THEN h.tax_ppm END,
    e.amount_micros, e.balance_after_micros, x.id, e.line
  FROM ledger_entry e JOIN ledger_transaction x ON x.id = e.transaction_id
  CROSS JOIN LATERAL (SELECT CASE WHEN e.line > 2 AND EXISTS (
    SELECT FROM ledger_entry t WHERE t.transaction_id = e.transaction_id AND t.line = e.line + 1 AND t.account = 'tax') THEN 'tax' ELSE '' END AS part) k
  -- What this very tenant paid for the call: of those above and below it nothing is read.
  LEFT JOIN hold h ON h.tenant_id = e.tenant_id AND h.call_id = x.call_id AND x.tenant_id = e.tenant_id
  LEFT JOIN call c ON c.tenant_id = h.call_tenant_id AND c.id = h.call_id
  WHERE e.wallet_id = p_wallet AND e.seq BETWEEN p_first AND p_last
$$;

-- Everything of a statement as one sum; the same whatever the settings of the session are. Column by column, so that one
-- that is added later changes no sum.
CREATE FUNCTION statement_hash_of(s statement) RETURNS bytea LANGUAGE sql STABLE SET datestyle = 'ISO, YMD' SET timezone = 'UTC' AS $$
  SELECT sha256(convert_to(ROW(s.tenant_id, s.id, s.wallet_id, s.seller_id, s.number, s.kind, s.first_day, s.last_day, s.time_zone, s.period_start,
      s.period_end, s.currency, s.decimals, s.seller_name, s.seller_address, s.seller_vat_id, s.buyer_name, s.buyer_address, s.buyer_vat_id,
      s.first_seq, s.last_seq, s.opening_micros, s.closing_micros, s.totals, s.taxes, s.issued_at, s.issued_day, s.issued_by)::text, 'UTF8')
    || coalesce((SELECT string_agg(sha256(convert_to(ROW(l.tenant_id, l.statement_id, l.seq, l.occurred_at, l.day, l.kind, l.part, l.memo,
      l.destination, l.billed_seconds, l.tax_ppm, l.amount_micros, l.balance_after_micros, l.transaction_id)::text, 'UTF8')), '' ORDER BY l.seq)
      FROM statement_line l WHERE l.statement_id = s.id), ''))
$$;
-- No row for one that is not of the tenant acted on, or below it.
CREATE FUNCTION statement_content_hash(p_statement uuid) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT statement_hash_of(s) FROM statement s JOIN tenant_below b ON b.descendant_id = s.tenant_id AND b.ancestor_id = app_tenant() WHERE s.id = p_statement
$$;

-- Which entries days of the tenant's zone would have, and what the wallet held before and after them. No row without such a
-- wallet of the tenant acted on.
CREATE FUNCTION statement_span(p_wallet uuid, p_start timestamptz, p_end timestamptz, OUT first_seq bigint, OUT last_seq bigint,
  OUT opening bigint, OUT closing bigint)
LANGUAGE plpgsql STABLE AS $fn$
BEGIN
  -- Entries of a wallet are committed in the order of their numbers, so what is visible is a beginning without a gap.
  first_seq := statement_cut(p_wallet, p_start) + 1;
  last_seq := greatest(statement_cut(p_wallet, p_end), first_seq - 1);
  opening := coalesce((SELECT e.balance_after_micros FROM ledger_entry e WHERE e.wallet_id = p_wallet AND e.seq = first_seq - 1), 0);
  closing := coalesce((SELECT e.balance_after_micros FROM ledger_entry e WHERE e.wallet_id = p_wallet AND e.seq = last_seq), 0);
END $fn$;

-- What a statement of these days would say at this moment, without issuing it; days that are not over count as far as they
-- went. `number` is the one there is of these days already. What moved is not told apart beyond 100 000 movements: people wait.
CREATE FUNCTION statement_preview(p_wallet uuid, p_first date, p_last date)
RETURNS TABLE (opening_micros bigint, closing_micros bigint, charged_micros bigint, tax_micros bigint, other_micros bigint, lines bigint, is_over boolean, number text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT s.opening, s.closing, m.charged, m.tax, m.other, s.last_seq - s.first_seq + 1, d.ends <= clock_timestamp(),
    (SELECT x.number FROM statement x WHERE x.wallet_id = w.id AND x.first_day = p_first AND x.last_day = p_last ORDER BY x.issued_at LIMIT 1)
  FROM wallet w JOIN tenant t ON t.id = w.tenant_id
  CROSS JOIN LATERAL (SELECT (p_last + 1)::timestamp AT TIME ZONE t.time_zone AS ends) d
  CROSS JOIN LATERAL statement_span(w.id, p_first::timestamp AT TIME ZONE t.time_zone, d.ends) s
  LEFT JOIN LATERAL (
    SELECT coalesce(sum(e.amount_micros) FILTER (WHERE e.part = '' AND e.kind = 'charge'), 0)::bigint AS charged,
      coalesce(sum(e.amount_micros) FILTER (WHERE e.part = 'tax'), 0)::bigint AS tax,
      coalesce(sum(e.amount_micros) FILTER (WHERE e.part = '' AND e.kind <> 'charge'), 0)::bigint AS other
    FROM statement_entries(w.id, s.first_seq, s.last_seq) e WHERE s.last_seq - s.first_seq < 100000
    HAVING s.last_seq - s.first_seq < 100000) m ON true
  WHERE w.id = p_wallet AND w.tenant_id = app_tenant() AND p_first <= p_last AND p_last - p_first <= 366
$$;

-- Issues one statement of a wallet of the tenant acted on; the same days again give the one there is. On request ('range')
-- it refuses the 21st of a day ('often') and what has more than 100 000 movements ('long'); a month has no such bound.
-- RF007: no such wallet. RF001: nobody sells to it, or the days are not over. RF006: no days, or more than a year.
CREATE FUNCTION statement_issue(p_wallet uuid, p_first date, p_last date, p_kind text, p_decimals int, p_actor text)
RETURNS TABLE (statement_id uuid, repeated boolean, refused text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET datestyle = 'ISO, YMD' SET timezone = 'UTC' AS $fn$
DECLARE w wallet; t tenant; seller tenant; s statement; v_year int; v_count int; v_lines bigint; v_sum bigint;
BEGIN
  SELECT * INTO w FROM wallet WHERE id = p_wallet AND tenant_id = app_tenant();
  IF NOT FOUND THEN RAISE EXCEPTION 'no such wallet' USING ERRCODE = 'RF007'; END IF;
  SELECT * INTO t FROM tenant WHERE id = w.tenant_id;
  SELECT * INTO seller FROM tenant WHERE id = t.parent_id;
  IF NOT FOUND THEN RAISE EXCEPTION 'nobody sells to the operator' USING ERRCODE = 'RF001'; END IF;
  IF p_first > p_last OR p_last - p_first > 366 THEN RAISE EXCEPTION 'a period has one day to 367' USING ERRCODE = 'RF006'; END IF;
  -- One at a time of a wallet, whose cuts the next one needs to see; calls and payments are not held up.
  PERFORM pg_advisory_xact_lock(hashtextextended('statement:' || w.id, 0));
  SELECT * INTO s FROM statement x WHERE x.wallet_id = w.id AND x.first_day = p_first AND x.last_day = p_last AND (x.kind = p_kind OR p_kind = 'range')
    ORDER BY x.issued_at LIMIT 1;
  IF FOUND THEN
    RETURN QUERY SELECT s.id, true, NULL::text;
    RETURN;
  END IF;
  IF p_kind = 'range' AND (SELECT count(*) FROM statement x WHERE x.wallet_id = w.id AND x.kind = 'range'
      AND x.issued_at > clock_timestamp() - interval '1 day') >= 20 THEN
    RETURN QUERY SELECT NULL::uuid, false, 'often';
    RETURN;
  END IF;

  s := NULL;
  s.id := gen_random_uuid(); s.tenant_id := t.id; s.wallet_id := w.id; s.seller_id := seller.id;
  s.kind := p_kind; s.first_day := p_first; s.last_day := p_last; s.time_zone := t.time_zone; s.currency := w.currency; s.decimals := p_decimals;
  -- A month begins where the last one ended, whatever became of the tenant's zone in between.
  SELECT x.period_end INTO s.period_start FROM statement x WHERE x.wallet_id = w.id AND x.kind = 'month' AND p_kind = 'month' AND x.last_day = p_first - 1;
  s.period_start := coalesce(s.period_start, p_first::timestamp AT TIME ZONE t.time_zone);
  s.period_end := (p_last + 1)::timestamp AT TIME ZONE t.time_zone;
  IF s.period_end > clock_timestamp() THEN RAISE EXCEPTION 'the period is not over' USING ERRCODE = 'RF001'; END IF;
  s.seller_name := seller.name; s.seller_address := seller.billing_address; s.seller_vat_id := seller.vat_id;
  s.buyer_name := t.name; s.buyer_address := t.billing_address; s.buyer_vat_id := t.vat_id; s.issued_by := p_actor;
  SELECT * INTO s.first_seq, s.last_seq, s.opening_micros, s.closing_micros FROM statement_span(w.id, s.period_start, s.period_end);
  IF p_kind = 'range' AND s.last_seq - s.first_seq >= 100000 THEN
    RETURN QUERY SELECT NULL::uuid, false, 'long';
    RETURN;
  END IF;

  INSERT INTO statement_line
    SELECT e.tenant_id, s.id, e.seq, e.occurred_at, (e.occurred_at AT TIME ZONE s.time_zone)::date, e.kind, e.part, e.memo, e.destination,
      e.billed_seconds, e.tax_ppm, e.amount_micros, e.balance_after_micros, e.transaction_id
    FROM statement_entries(w.id, s.first_seq, s.last_seq) e;
  SELECT count(*), coalesce(sum(amount_micros), 0) INTO v_lines, v_sum FROM statement_line l WHERE l.statement_id = s.id;
  IF v_lines <> s.last_seq - s.first_seq + 1 OR s.opening_micros + v_sum <> s.closing_micros THEN
    RAISE EXCEPTION 'the movements of wallet % do not add up: % + % is not %', w.id, s.opening_micros, v_sum, s.closing_micros;
  END IF;
  s.totals := coalesce((SELECT jsonb_agg(jsonb_build_object('kind', g.kind, 'amount', g.amount::text) ORDER BY g.kind COLLATE "C") FROM (
    SELECT l.kind, sum(l.amount_micros) AS amount FROM statement_line l WHERE l.statement_id = s.id AND l.part = '' GROUP BY l.kind) g), '[]');
  s.taxes := coalesce((SELECT jsonb_agg(jsonb_build_object('ppm', g.ppm, 'name', t.tax_name, 'net', g.net::text, 'tax', g.tax::text) ORDER BY g.ppm) FROM (
    SELECT l.tax_ppm AS ppm, sum(l.amount_micros) AS tax, coalesce(sum(n.net), 0) AS net FROM statement_line l
    LEFT JOIN LATERAL (SELECT m.amount_micros AS net FROM ledger_entry e JOIN ledger_entry m ON m.transaction_id = e.transaction_id AND m.line = e.line - 2
      AND m.wallet_id = e.wallet_id WHERE e.wallet_id = w.id AND e.seq = l.seq) n ON true
    WHERE l.statement_id = s.id AND l.part = 'tax' GROUP BY l.tax_ppm) g), '[]');

  -- The number is taken last: until the end of this transaction everybody else whom this seller sells to waits for it.
  v_year := extract(year FROM clock_timestamp() AT TIME ZONE seller.time_zone);
  INSERT INTO statement_counter AS c (tenant_id, year, last_number) VALUES (seller.id, v_year, 1)
    ON CONFLICT (tenant_id, year) DO UPDATE SET last_number = c.last_number + 1 RETURNING c.last_number INTO v_count;
  s.number := v_year || '-' || lpad(v_count::text, greatest(6, length(v_count::text)), '0');
  s.issued_at := clock_timestamp(); s.issued_day := (s.issued_at AT TIME ZONE seller.time_zone)::date;
  s.content_sha256 := statement_hash_of(s);
  INSERT INTO statement SELECT s.*;
  RETURN QUERY SELECT s.id, false, NULL::text;
END $fn$;

-- Keeps the document of a statement and the sum of its table. True for the first, false when they were there. RF001 when they
-- differ: what was given out before must not be replaced.
CREATE FUNCTION statement_seal_put(p_statement uuid, p_csv_sha256 bytea, p_csv_bytes bigint, p_pdf bytea)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
DECLARE s statement; x statement_seal;
BEGIN
  SELECT * INTO s FROM statement WHERE id = p_statement AND tenant_id = app_tenant();
  IF NOT FOUND THEN RAISE EXCEPTION 'no such statement' USING ERRCODE = 'RF007'; END IF;
  INSERT INTO statement_seal (tenant_id, statement_id, csv_sha256, csv_bytes, pdf_sha256, pdf)
    VALUES (s.tenant_id, s.id, p_csv_sha256, p_csv_bytes, sha256(p_pdf), p_pdf) ON CONFLICT DO NOTHING;
  IF FOUND THEN
    PERFORM pg_notify('live', json_build_object('t', s.tenant_id, 'k', 'statements')::text);
    RETURN true;
  END IF;
  SELECT * INTO x FROM statement_seal WHERE statement_id = s.id;
  IF x.csv_sha256 <> p_csv_sha256 OR x.pdf <> p_pdf THEN RAISE EXCEPTION 'sealed with other files' USING ERRCODE = 'RF001'; END IF;
  RETURN false;
END $fn$;

-- Months that are over, for an hour at least, and have no statement yet; the oldest of each wallet.
CREATE FUNCTION statements_due(p_limit int)
RETURNS TABLE (tenant_id uuid, wallet_id uuid, first_day text, last_day text, currency text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT w.tenant_id, w.id, to_char(n.first, 'YYYY-MM-DD'), to_char(n.first + interval '1 month' - interval '1 day', 'YYYY-MM-DD'), w.currency::text
  FROM wallet w JOIN tenant t ON t.id = w.tenant_id AND t.parent_id IS NOT NULL
  CROSS JOIN LATERAL (SELECT coalesce(
    (SELECT max(s.last_day) + 1 FROM statement s WHERE s.wallet_id = w.id AND s.kind = 'month'),
    (SELECT date_trunc('month', e.occurred_at AT TIME ZONE t.time_zone)::date FROM ledger_entry e WHERE e.wallet_id = w.id ORDER BY e.seq LIMIT 1))::timestamp AS first) n
  WHERE (n.first + interval '1 month') AT TIME ZONE t.time_zone <= clock_timestamp() - interval '1 hour'
  ORDER BY n.first, w.tenant_id, w.id LIMIT p_limit
$$;

-- Issued a while ago and still without the sums of their files: whoever was to make them did not come to it.
CREATE FUNCTION statements_unsealed(p_limit int)
RETURNS TABLE (tenant_id uuid, statement_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT s.tenant_id, s.id FROM statement s LEFT JOIN statement_seal x ON x.statement_id = s.id
  WHERE x.statement_id IS NULL AND s.issued_at < clock_timestamp() - interval '10 minutes' ORDER BY s.issued_at LIMIT p_limit
$$;

DO $$
DECLARE f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['statement_cut(uuid, timestamptz)', 'statement_entries(uuid, bigint, bigint)', 'statement_hash_of(statement)',
    'statement_content_hash(uuid)', 'statement_span(uuid, timestamptz, timestamptz)', 'statement_preview(uuid, date, date)',
    'statement_issue(uuid, date, date, text, int, text)', 'statement_seal_put(uuid, bytea, bigint, bytea)', 'statements_due(int)', 'statements_unsealed(int)'] LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO portal_charge', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  FOREACH f IN ARRAY ARRAY['statement_content_hash(uuid)', 'statement_preview(uuid, date, date)',
    'statement_issue(uuid, date, date, text, int, text)', 'statement_seal_put(uuid, bytea, bigint, bytea)', 'statements_due(int)', 'statements_unsealed(int)'] LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO portal_app', f);
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
