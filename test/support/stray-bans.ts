type Sql = (text: string) => Promise<Record<string, unknown>[]>;

/** Bans that nobody holds, that were lifted while somebody held them, or that end at another moment than their last owner. */
export const strayBans = (sql: Sql) =>
  sql(`
    SELECT 'nobody holds it' AS what, abbrev(b.network) AS net FROM ban b WHERE b.lifted_at IS NULL AND b.expires_at > clock_timestamp()
      AND NOT EXISTS (SELECT FROM ban_owner o WHERE o.ban_id = b.id AND o.ended_at IS NULL AND o.until > clock_timestamp())
    UNION ALL SELECT 'lifted though somebody holds it', abbrev(b.network) FROM ban b JOIN ban_owner o ON o.ban_id = b.id
      WHERE b.lifted_at IS NOT NULL AND o.ended_at IS NULL AND o.until > b.lifted_at
    UNION ALL SELECT 'ends at another moment than its last owner', abbrev(b.network) FROM ban b WHERE b.lifted_at IS NULL AND b.expires_at > clock_timestamp()
      AND b.expires_at <> (SELECT max(o.until) FROM ban_owner o WHERE o.ban_id = b.id AND o.ended_at IS NULL)`);
