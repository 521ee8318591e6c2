-- Which other incidents touch the same address, phone or number.
CREATE INDEX incident_subject_value ON incident_subject (tenant_id, kind, value);
