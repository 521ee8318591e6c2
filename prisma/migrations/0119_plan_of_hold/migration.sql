-- A hold says which plan priced it, and not only what that was called then: a plan can have another name, and is still found by
-- those who charge anew and who weigh a deck. What was charged before knows the name alone: the one that its plan had at first,
-- since until here no plan could change it.
GRANT CREATE ON SCHEMA public TO portal_charge;
ALTER TABLE hold ADD COLUMN plan_id uuid;
ALTER TABLE plan ADD COLUMN original_name text NOT NULL DEFAULT '';
UPDATE plan SET original_name = name;

CREATE FUNCTION plan_keeps_original_name() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  NEW.original_name := CASE TG_OP WHEN 'INSERT' THEN NEW.name ELSE OLD.original_name END;
  RETURN NEW;
END $fn$;
CREATE TRIGGER plan_keeps_original_name BEFORE INSERT OR UPDATE OF original_name ON plan FOR EACH ROW EXECUTE FUNCTION plan_keeps_original_name();

CREATE FUNCTION pg_temp.put(p_function text, VARIADIC p_changes text[]) RETURNS void LANGUAGE plpgsql AS $fn$
DECLARE v text := pg_get_functiondef(p_function::regproc);
BEGIN
  FOR i IN 1..cardinality(p_changes) BY 2 LOOP
    IF strpos(v, p_changes[i]) = 0 THEN RAISE EXCEPTION '% does not say %', p_function, p_changes[i]; END IF;
    v := replace(v, p_changes[i], p_changes[i + 1]);
  END LOOP;
  EXECUTE v;
END $fn$;

SELECT pg_temp.put('call_place', 'h.plan_name := p.name;', 'h.plan_name := p.name; h.plan_id := p.id;');
SELECT pg_temp.put('calls_authorise', 'p.name AS plan_name, p.currency,', 'p.name AS plan_name, p.id AS plan_id, p.currency,',
  'grace_seconds, minimum_charge_micros, free_seconds, beyond, slice_seconds, tax_ppm)', 'grace_seconds, minimum_charge_micros, free_seconds, beyond, slice_seconds, tax_ppm, plan_id)',
  'p.grace_seconds, p.minimum_charge_micros, p.free_seconds, p.beyond, p.slice_seconds, p.tax_ppm FROM placed p',
  'p.grace_seconds, p.minimum_charge_micros, p.free_seconds, p.beyond, p.slice_seconds, p.tax_ppm, p.plan_id FROM placed p');

-- By the name of then, for what knows nothing else. Of two that began with one name, the older one.
CREATE OR REPLACE FUNCTION rerate_plan(p_buyer uuid, p_name text, p_currency text) RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT p.id FROM tenant_below b JOIN plan p ON p.tenant_id = b.ancestor_id
  WHERE b.descendant_id = p_buyer AND b.depth > 0 AND p.original_name = p_name AND p.currency = p_currency
  ORDER BY p.id IN (SELECT plan_id FROM tenant_plan WHERE tenant_id = p_buyer UNION ALL SELECT plan_id FROM tenant WHERE id = p_buyer) DESC, b.depth, p.created_at, p.id LIMIT 1
$$;
SELECT pg_temp.put('rerate_look', 'h.wallet_id, h.plan_name,', 'h.wallet_id, h.plan_id AS by_plan, h.plan_name,',
  'SELECT n.plan_name, n.currency, CASE WHEN p_plan IS NULL THEN rerate_plan(p_buyer, n.plan_name, n.currency)', 'SELECT n.by_plan, n.plan_name, n.currency, CASE WHEN p_plan IS NULL THEN coalesce(n.by_plan, rerate_plan(p_buyer, n.plan_name, n.currency))',
  'FROM (SELECT DISTINCT plan_name, currency FROM item) n', 'FROM (SELECT DISTINCT by_plan, plan_name, currency FROM item) n',
  'JOIN named n ON n.plan_name = i.plan_name AND n.currency = i.currency', 'JOIN named n ON n.plan_name = i.plan_name AND n.currency = i.currency AND n.by_plan IS NOT DISTINCT FROM i.by_plan');
-- Asked for by the name that the plan has now.
SELECT pg_temp.put('rerate_page', 'h.plan_name = p_charged_by', 'coalesce((SELECT o.name FROM plan o WHERE o.id = coalesce(h.plan_id, rerate_plan(p_buyer, h.plan_name, (SELECT w.currency FROM wallet w WHERE w.id = h.wallet_id)))), h.plan_name) = p_charged_by');
SELECT pg_temp.put('deck_weigh', 'h.plan_name = o.name', '(h.plan_id = o.id OR h.plan_id IS NULL AND h.plan_name = o.original_name)');

DROP FUNCTION pg_temp.put(text, text[]);
REVOKE CREATE ON SCHEMA public FROM portal_charge;
