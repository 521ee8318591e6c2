-- Documents that are made by themselves: those asked for before a language was kept with them go on in that of whoever asked for them.
UPDATE export_schedule s SET settings = s.settings || jsonb_build_object('language', coalesce(p.language, t.language))
FROM person p, tenant t
WHERE p.id = s.person_id AND t.id = s.tenant_id AND s.settings ->> 'format' = 'pdf' AND NOT s.settings ? 'language';
