-- When the trail was last found whole is asked by whoever looks at the duties, of a chain that may have millions of events.
CREATE INDEX audit_event_verified ON audit_event (tenant_id, at) WHERE action = 'audit.verify';
