-- The language that a person chose for themselves, and the one that a tenant's people are spoken to in while they chose none.
GRANT CREATE ON SCHEMA public TO portal_system;

ALTER TABLE person ADD COLUMN language text CHECK (language IN ('en', 'de', 'es', 'fr', 'pt', 'ar'));
ALTER TABLE tenant ADD COLUMN language text NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'de', 'es', 'fr', 'pt', 'ar'));
GRANT SELECT (language), UPDATE (language) ON person TO portal_app;
GRANT UPDATE (language) ON tenant TO portal_app;

-- What a person chose; NULL for nothing. A session knows whom to ask for.
CREATE FUNCTION person_language(p_user uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT language FROM person WHERE id = p_user
$$;

-- In which language somebody is written to by the tenant acted on, whoever they are: their own choice, else the tenant's.
CREATE FUNCTION mail_language(p_email text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce((SELECT language FROM person WHERE email = lower(p_email)),
    (SELECT language FROM tenant WHERE id = app_tenant()), 'en')
$$;

ALTER FUNCTION person_language(uuid) OWNER TO portal_system;
ALTER FUNCTION mail_language(text) OWNER TO portal_system;
REVOKE ALL ON FUNCTION person_language(uuid), mail_language(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION person_language(uuid), mail_language(text) TO portal_app;
REVOKE CREATE ON SCHEMA public FROM portal_system;
