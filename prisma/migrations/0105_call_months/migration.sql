-- The months that calls are filed in, so that a question about a stretch of time goes to those that have it, and to no other.
CREATE FUNCTION call_months() RETURNS TABLE (month text, from_at timestamptz, until_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT DISTINCT to_char(m.first, 'YYYY-MM'), m.first AT TIME ZONE 'UTC', (m.first + interval '1 month') AT TIME ZONE 'UTC'
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  CROSS JOIN LATERAL (SELECT to_date(substring(c.relname FROM '_(\d{6})(?:_paid)?$'), 'YYYYMM')::timestamp AS first) m
  WHERE i.inhparent = 'call_record'::regclass AND m.first IS NOT NULL
$$;
REVOKE ALL ON FUNCTION call_months() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION call_months() TO portal_app;
