-- Whoever is refused at the manager port is no telephone that fails: counted by network under a name of its own.
ALTER TABLE signal DROP CONSTRAINT signal_kind_check;
ALTER TABLE signal ADD CONSTRAINT signal_kind_check CHECK (kind IN ('sip_failure', 'sign_in', 'denied', 'config', 'difference', 'moves', 'ami_login', 'ami_silence',
  'ami_intrusion', 'retention'));

CREATE FUNCTION pg_temp.put(p_function text, p_old text, p_new text) RETURNS void LANGUAGE plpgsql AS $fn$
DECLARE v text := pg_get_functiondef(p_function::regproc);
BEGIN
  IF strpos(v, p_old) = 0 THEN RAISE EXCEPTION '% does not say %', p_function, p_old; END IF;
  EXECUTE replace(v, p_old, p_new);
END $fn$;
SELECT pg_temp.put('signal_count', 'IN (''sign_in'', ''sip_failure'')', 'IN (''sign_in'', ''sip_failure'', ''ami_intrusion'')');
-- What the rule about phones looks back at.
SELECT pg_temp.put('rule_addresses', 's.type = ANY (p_types)', 's.type = ANY (p_types) AND s.detail ->> ''service'' IS DISTINCT FROM ''AMI''');
SELECT pg_temp.put('network_failures', 'e.type = ANY (p_types)', 'e.type = ANY (p_types) AND e.detail ->> ''service'' IS DISTINCT FROM ''AMI''');
DROP FUNCTION pg_temp.put(text, text, text);
