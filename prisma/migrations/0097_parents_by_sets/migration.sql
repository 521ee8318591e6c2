-- What a call's row, its holds and its charge belong to, seen for all rows of a statement at once, as it already is for lines of the
-- ledger: as foreign keys, asked row by row, it was a tenth of what a call costs. It also lets a call's record go elsewhere
-- while its holds stay. Nobody who is asked about can go in between: a call is written with its holds, and no role of the
-- portal may delete tenants, wallets or what is in the ledger.
ALTER TABLE hold DROP CONSTRAINT hold_call_tenant_id_call_id_fkey, DROP CONSTRAINT hold_tenant_id_wallet_id_fkey;
ALTER TABLE call DROP CONSTRAINT call_tenant_id_fkey;
ALTER TABLE ledger_transaction DROP CONSTRAINT ledger_transaction_tenant_id_fkey;
ALTER TABLE spend_day DROP CONSTRAINT spend_day_tenant_id_fkey;

-- ---------------------------------------------------------------- what is written has its parents
-- Each line asks the index once: planned on a small table it would read whole ones from then on.
CREATE FUNCTION hold_has_parents() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $fn$
BEGIN
  IF EXISTS (SELECT FROM written h WHERE (SELECT c.id FROM call c WHERE c.tenant_id = h.call_tenant_id AND c.id = h.call_id) IS NULL
      OR (SELECT w.id FROM wallet w WHERE w.tenant_id = h.tenant_id AND w.id = h.wallet_id) IS NULL) THEN
    RAISE EXCEPTION 'a hold without its call or its wallet' USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $fn$;
CREATE TRIGGER hold_has_parents AFTER INSERT ON hold REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION hold_has_parents();

CREATE FUNCTION has_tenant() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $fn$
BEGIN
  IF EXISTS (SELECT FROM written x WHERE (SELECT t.id FROM tenant t WHERE t.id = x.tenant_id) IS NULL) THEN
    RAISE EXCEPTION '% without its tenant', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $fn$;
CREATE TRIGGER call_has_tenant AFTER INSERT ON call REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION has_tenant();
CREATE TRIGGER ledger_transaction_has_tenant AFTER INSERT ON ledger_transaction REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION has_tenant();
CREATE TRIGGER spend_day_has_tenant AFTER INSERT ON spend_day REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION has_tenant();

-- ---------------------------------------------------------------- and keeps them
CREATE FUNCTION keeps_its_key() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  RAISE EXCEPTION '% does not change what it belongs to, nor what belongs to it', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
END $fn$;
CREATE TRIGGER hold_keeps_parents BEFORE UPDATE OF tenant_id, call_id, call_tenant_id, wallet_id ON hold FOR EACH ROW
  WHEN ((OLD.tenant_id, OLD.call_id, OLD.call_tenant_id, OLD.wallet_id) IS DISTINCT FROM (NEW.tenant_id, NEW.call_id, NEW.call_tenant_id, NEW.wallet_id)) EXECUTE FUNCTION keeps_its_key();
CREATE TRIGGER call_keeps_key BEFORE UPDATE OF tenant_id, id ON call FOR EACH ROW
  WHEN ((OLD.tenant_id, OLD.id) IS DISTINCT FROM (NEW.tenant_id, NEW.id)) EXECUTE FUNCTION keeps_its_key();
CREATE TRIGGER wallet_keeps_key BEFORE UPDATE OF tenant_id, id ON wallet FOR EACH ROW
  WHEN ((OLD.tenant_id, OLD.id) IS DISTINCT FROM (NEW.tenant_id, NEW.id)) EXECUTE FUNCTION keeps_its_key();
CREATE TRIGGER ledger_transaction_keeps_key BEFORE UPDATE OF tenant_id, id ON ledger_transaction FOR EACH ROW
  WHEN ((OLD.tenant_id, OLD.id) IS DISTINCT FROM (NEW.tenant_id, NEW.id)) EXECUTE FUNCTION keeps_its_key();
CREATE TRIGGER spend_day_keeps_tenant BEFORE UPDATE OF tenant_id ON spend_day FOR EACH ROW
  WHEN (OLD.tenant_id IS DISTINCT FROM NEW.tenant_id) EXECUTE FUNCTION keeps_its_key();
CREATE TRIGGER tenant_keeps_key BEFORE UPDATE OF id ON tenant FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id) EXECUTE FUNCTION keeps_its_key();

CREATE OR REPLACE FUNCTION ledger_keeps_parents() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF TG_TABLE_NAME = 'wallet' AND EXISTS (SELECT FROM gone g JOIN ledger_entry e ON e.wallet_id = g.id)
      OR TG_TABLE_NAME = 'ledger_transaction' AND EXISTS (SELECT FROM gone g JOIN ledger_entry e ON e.transaction_id = g.id) THEN
    RAISE EXCEPTION 'ledger entries belong to it' USING ERRCODE = 'foreign_key_violation';
  END IF;
  IF TG_TABLE_NAME = 'wallet' AND EXISTS (SELECT FROM gone g JOIN hold h ON h.tenant_id = g.tenant_id AND h.wallet_id = g.id) THEN
    RAISE EXCEPTION 'holds belong to it' USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $fn$;
CREATE FUNCTION tenant_keeps_what_is_its() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF EXISTS (SELECT FROM gone g JOIN call c ON c.tenant_id = g.id) OR EXISTS (SELECT FROM gone g JOIN ledger_transaction x ON x.tenant_id = g.id)
      OR EXISTS (SELECT FROM gone g JOIN spend_day d ON d.tenant_id = g.id) THEN
    RAISE EXCEPTION 'calls, money or what it spent belong to it' USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $fn$;
CREATE TRIGGER tenant_keeps_what_is_its AFTER DELETE ON tenant REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION tenant_keeps_what_is_its();

-- The one place that says when the row of a call may go: not while somebody holds, or held, money for it.
CREATE FUNCTION call_keeps_holds() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $fn$
BEGIN
  IF EXISTS (SELECT FROM gone g WHERE (SELECT h.call_id FROM hold h WHERE h.call_id = g.id AND h.call_tenant_id = g.tenant_id LIMIT 1) IS NOT NULL) THEN
    RAISE EXCEPTION 'holds belong to the call' USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $fn$;
CREATE TRIGGER call_keeps_holds AFTER DELETE ON call REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION call_keeps_holds();
