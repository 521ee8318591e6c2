-- Who is to be forgotten is looked for in files of tenants as well, and counted in brands: a reseller's own settings, in force.
INSERT INTO erasure_target (relation, rank, class, at_column, texts, jsons, goes, also, how) VALUES
  ('tenant_import_row', 365, 'tasks', '', '{problem}', '{asked}', '', '{}', 'replace'),
  ('brand', 425, 'service', '', '{name,sender_name,reply_to}', '{}', '', '{}', 'keep');
CREATE POLICY retention_functions ON tenant_import_row TO portal_retention USING (true) WITH CHECK (true);
CREATE POLICY retention_functions ON brand TO portal_retention USING (true) WITH CHECK (true);
GRANT SELECT ON tenant_import_row, brand TO portal_retention;
GRANT UPDATE (problem, asked) ON tenant_import_row TO portal_retention;
