-- What a person narrowed a list to, kept by a name of theirs: the address's query, as the list itself reads it. Nobody else sees it.
CREATE TABLE saved_list (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  person_id uuid NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  page text NOT NULL CHECK (length(page) BETWEEN 1 AND 40),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
  query text NOT NULL CHECK (length(query) BETWEEN 1 AND 1000),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, person_id, page, name)
);
ALTER TABLE saved_list ENABLE ROW LEVEL SECURITY;
ALTER TABLE saved_list FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON saved_list TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
CREATE POLICY retention_functions ON saved_list TO portal_retention USING (true) WITH CHECK (true);
GRANT SELECT, DELETE ON saved_list TO portal_app;
GRANT INSERT (tenant_id, person_id, page, name, query) ON saved_list TO portal_app;
GRANT UPDATE (query) ON saved_list TO portal_app;

-- What was looked for may be a person's number or name.
INSERT INTO erasure_target (relation, rank, class, at_column, texts, jsons) VALUES ('saved_list', 426, 'service', '', '{name,query}', '{}');
GRANT SELECT ON saved_list TO portal_retention;
GRANT UPDATE (name, query) ON saved_list TO portal_retention;
