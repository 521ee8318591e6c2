-- What was learnt from an incident, written by people beside facts that are taken from its timeline, and what is still to be done, by
-- whom and until when. An incident is reviewed when this is written, and not when somebody pressed a button.

CREATE TABLE incident_review (
  tenant_id uuid NOT NULL,
  incident_id uuid NOT NULL,
  cause text NOT NULL DEFAULT '' CHECK (length(cause) <= 8000),
  worked text NOT NULL DEFAULT '' CHECK (length(worked) <= 8000),
  changes text NOT NULL DEFAULT '' CHECK (length(changes) <= 8000),
  -- Counts what was saved, so that nobody writes over what they have not seen.
  version int NOT NULL DEFAULT 1,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  saved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- A person's id, or the account of the command line.
  saved_by text NOT NULL,
  -- Since when it is finished, with times, money, steps and evidence as they were then: calls are kept for less time than this.
  finished_at timestamptz,
  facts jsonb,
  PRIMARY KEY (tenant_id, incident_id),
  FOREIGN KEY (tenant_id, incident_id) REFERENCES incident (tenant_id, id),
  CHECK ((finished_at IS NULL) = (facts IS NULL))
);

CREATE TABLE incident_follow_up (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  incident_id uuid NOT NULL,
  place int NOT NULL,
  text text NOT NULL CHECK (length(text) BETWEEN 1 AND 500),
  owner_id uuid REFERENCES person (id),
  due_on date,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  done_at timestamptz,
  done_by text,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, incident_id) REFERENCES incident_review (tenant_id, incident_id),
  CHECK ((done_at IS NULL) = (done_by IS NULL))
);
CREATE INDEX incident_follow_up_of ON incident_follow_up (tenant_id, incident_id, place);
CREATE INDEX incident_follow_up_due ON incident_follow_up (tenant_id, due_on) WHERE done_at IS NULL;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['incident_review', 'incident_follow_up'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_tenant ON %I TO portal_app USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t);
    EXECUTE format('CREATE POLICY tenants_below ON %I FOR SELECT TO portal_app USING (app_subtree() AND tenant_id IN '
      '(SELECT descendant_id FROM tenant_below WHERE ancestor_id = app_tenant()))', t);
    EXECUTE format('CREATE POLICY retention_functions ON %I TO portal_retention USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
GRANT SELECT, INSERT ON incident_review, incident_follow_up TO portal_app;
GRANT UPDATE (cause, worked, changes, version, saved_at, saved_by, finished_at, facts) ON incident_review TO portal_app;
GRANT UPDATE (place, text, owner_id, due_on, done_at, done_by) ON incident_follow_up TO portal_app;
GRANT DELETE ON incident_follow_up TO portal_app;

-- Somebody may stand in its words, as in those of the timeline.
INSERT INTO erasure_target (relation, rank, class, at_column, texts, jsons) VALUES
  ('incident_review', 162, 'incidents', 'started_at', '{cause,worked,changes}', '{facts}'),
  ('incident_follow_up', 164, 'incidents', 'created_at', '{text}', '{}');
GRANT SELECT ON incident_review, incident_follow_up TO portal_retention;
GRANT UPDATE (cause, worked, changes, facts) ON incident_review TO portal_retention;
GRANT UPDATE (text) ON incident_follow_up TO portal_retention;
