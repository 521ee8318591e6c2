-- Whom the incident desk calls about a tenant's telephones. Set by the tenant's own people; E.164 as everywhere, or none.
ALTER TABLE tenant ADD COLUMN contact_number text NOT NULL DEFAULT '' CHECK (contact_number ~ '^(\+[1-9][0-9]{6,14})?$');
GRANT UPDATE (contact_number) ON tenant TO portal_app;
-- It can be somebody's own number: who is erased is told where it stands.
UPDATE erasure_target SET texts = texts || '{contact_number}' WHERE relation = 'tenant';
