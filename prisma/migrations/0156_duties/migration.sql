-- What the desk looks after by the calendar: who does it, when it was last done and what shows it. Which duties there are is in the
-- code; a duty that nobody took or did has no row. What was done before is in the audit trail.
CREATE TABLE duty (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  duty text NOT NULL CHECK (length(duty) BETWEEN 1 AND 40),
  owner_id uuid REFERENCES person (id),
  done_at timestamptz,
  done_by text,
  note text NOT NULL DEFAULT '' CHECK (length(note) <= 500),
  PRIMARY KEY (tenant_id, duty),
  CHECK ((done_at IS NULL) = (done_by IS NULL))
);
ALTER TABLE duty ENABLE ROW LEVEL SECURITY;
ALTER TABLE duty FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON duty TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
CREATE POLICY tenants_below ON duty FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN
  (SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()));
CREATE POLICY retention_functions ON duty TO portal_retention USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON duty TO portal_app;
GRANT UPDATE (owner_id, done_at, done_by, note) ON duty TO portal_app;

-- Somebody may stand in its words.
INSERT INTO erasure_target (relation, rank, class, at_column, texts, jsons) VALUES ('duty', 166, 'incidents', 'done_at', '{note}', '{}');
GRANT SELECT ON duty TO portal_retention;
GRANT UPDATE (note) ON duty TO portal_retention;
