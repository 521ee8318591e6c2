-- A person pays with the saved card, without a visit to the provider's page.
ALTER TABLE payment DROP CONSTRAINT payment_purpose_check;
ALTER TABLE payment ADD CONSTRAINT payment_purpose_check CHECK (purpose IN ('checkout', 'auto', 'card'));

GRANT CREATE ON SCHEMA public TO portal_charge;

-- Begins the charge of a saved card of the tenant acted on. p_id is chosen by whoever asks and is the provider's key: the
-- same order again finds what became of it and charges nothing twice. fresh: the provider may be asked with this key, which
-- it forgets after a day.
CREATE FUNCTION payment_card_start(p_id uuid, p_provider text, p_card uuid, p_amount bigint, p_actor text)
RETURNS TABLE (state text, failure text, fresh boolean, currency char(3), customer_ref text, method_ref text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $fn$
#variable_conflict use_column
DECLARE p payment; c saved_card; v_currency char(3);
BEGIN
  SELECT * INTO p FROM payment WHERE id = p_id;
  IF NOT FOUND THEN
    SELECT t.currency INTO v_currency FROM tenant t JOIN wallet w ON w.tenant_id = t.id AND w.currency = t.currency WHERE t.id = app_tenant();
    IF NOT FOUND THEN RAISE EXCEPTION 'no wallet in the currency of the tenant' USING ERRCODE = 'RF004'; END IF;
    IF NOT EXISTS (SELECT FROM saved_card WHERE tenant_id = app_tenant() AND id = p_card AND removed_at IS NULL AND provider = p_provider) THEN
      RAISE EXCEPTION 'no such card' USING ERRCODE = 'RF007';
    END IF;
    INSERT INTO payment (tenant_id, id, provider, purpose, currency, amount_micros, card_id, actor)
      VALUES (app_tenant(), p_id, p_provider, 'card', v_currency, p_amount, p_card, p_actor) ON CONFLICT (id) DO NOTHING;
    SELECT * INTO p FROM payment WHERE id = p_id;
  END IF;
  -- Whose it is else is nobody's business here.
  IF p.tenant_id <> app_tenant() THEN RAISE EXCEPTION 'no such payment' USING ERRCODE = 'RF007'; END IF;
  IF (p.tenant_id, p.purpose, p.provider, p.card_id, p.amount_micros) IS DISTINCT FROM (app_tenant(), 'card', p_provider, p_card, p_amount) THEN
    RAISE EXCEPTION 'the key belongs to another payment' USING ERRCODE = 'RF003';
  END IF;
  SELECT * INTO c FROM saved_card WHERE tenant_id = p.tenant_id AND id = p.card_id;
  RETURN QUERY SELECT p.state, p.failure, p.created_at > clock_timestamp() - interval '20 hours', p.currency, c.customer_ref, c.method_ref;
END $fn$;
ALTER FUNCTION payment_card_start(uuid, text, uuid, bigint, text) OWNER TO portal_charge;
REVOKE ALL ON FUNCTION payment_card_start(uuid, text, uuid, bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION payment_card_start(uuid, text, uuid, bigint, text) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_charge;
