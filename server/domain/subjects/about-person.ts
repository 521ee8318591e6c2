import type { Section } from "@/server/domain/subjects/subject-file";
import { sql } from "@/server/infra/db/sql";

/** Where a person with a seat stands, by id and address. What they wrote in incidents is found by their id as well. */
export const aboutPerson = (id: string, email: string): readonly Section[] => [
  {
    name: "person",
    keeps: "service",
    query: sql`SELECT id, email, name, created_at FROM person WHERE id = ${id}::uuid`,
  },
  {
    name: "seat",
    keeps: "service",
    query: sql`SELECT t.slug AS tenant, s.role, s.created_at FROM seat s JOIN tenant t ON t.id = s.tenant_id WHERE s.user_id = ${id}::uuid ORDER BY 1`,
  },
  {
    name: "session",
    keeps: "sessions",
    query: sql`SELECT created_at, last_seen_at, expires_at, revoked_at, address, user_agent FROM session
      WHERE user_id = ${id}::uuid ORDER BY created_at`,
  },
  {
    name: "invitation",
    keeps: "invitations",
    query: sql`SELECT t.slug AS tenant, i.email, i.role, i.created_at, i.expires_at, i.used_at FROM invitation i JOIN tenant t ON t.id = i.tenant_id
      WHERE i.email = ${email} ORDER BY i.created_at`,
  },
  {
    name: "mail",
    keeps: "mail",
    query: sql`SELECT * FROM subject_mails(${email})`,
  },
  {
    name: "audit event",
    keeps: "audit",
    query: sql`SELECT t.slug AS tenant, e.seq, e.at, e.action, e.subject, e.outcome, e.address FROM audit_event e JOIN tenant t ON t.id = e.tenant_id
      WHERE e.actor_kind = 'user' AND e.actor_id = ${id} ORDER BY e.at, e.seq`,
  },
  {
    name: "incident line",
    keeps: "service",
    query: sql`SELECT t.slug AS tenant, l.incident_id, l.at, l.kind, l.body FROM incident_line l JOIN tenant t ON t.id = l.tenant_id
      WHERE l.actor = ${id} ORDER BY l.at`,
  },
  {
    name: "incident follow-up",
    keeps: "service",
    query: sql`SELECT t.slug AS tenant, f.incident_id, f.text, f.due_on, f.done_at FROM incident_follow_up f JOIN tenant t ON t.id = f.tenant_id
      WHERE f.owner_id = ${id}::uuid OR f.done_by = ${id} ORDER BY f.created_at, f.id`,
  },
  {
    name: "duty",
    keeps: "service",
    query: sql`SELECT t.slug AS tenant, d.duty, d.done_at, d.note FROM duty d JOIN tenant t ON t.id = d.tenant_id
      WHERE d.owner_id = ${id}::uuid OR d.done_by = ${id} ORDER BY d.duty`,
  },
  {
    name: "saved list",
    keeps: "service",
    query: sql`SELECT t.slug AS tenant, l.page, l.name, l.query FROM saved_list l JOIN tenant t ON t.id = l.tenant_id
      WHERE l.person_id = ${id}::uuid ORDER BY t.slug, l.page, l.name`,
  },
];
