-- Who asked for a task is written "user:<id>" by the portal: a legal hold of a person has to find that, as its count does.
GRANT CREATE ON SCHEMA public TO portal_retention;
ALTER FUNCTION retention_source(text) RENAME TO retention_source_with_growing;
CREATE FUNCTION retention_source(p_class text, OUT relation text, OUT keys text, OUT due text, OUT held text, OUT oldest text, OUT change text)
LANGUAGE sql IMMUTABLE AS $$
  SELECT s.relation, s.keys, s.due,
    CASE p_class WHEN 'tasks' THEN 'regexp_replace(created_by, ''^user:'', '''') = ANY ($4::text[])' ELSE s.held END, s.oldest, s.change
  FROM retention_source_with_growing(p_class) s
$$;
ALTER FUNCTION retention_source(text) OWNER TO portal_retention;
REVOKE ALL ON FUNCTION retention_source(text) FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM portal_retention;
