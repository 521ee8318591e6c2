import { initTRPC, TRPCError } from "@trpc/server";
import superjson from "superjson";
import { z } from "zod";

import type { Context, SignedIn } from "@/server/api/context";
import { trpcCodeOf } from "@/server/api/error-map";
import { liveKindsOf } from "@/server/api/live-kinds";
import { noteRefusal, noteStranger } from "@/server/api/refused";
import { problemsInWords, refusalInWords } from "@/server/api/sentence-words";
import type { AuditAction } from "@/server/domain/audit/actions";
import { type Actor, type Changed, change, changeOfPerson, recordRefusal } from "@/server/domain/audit/change";
import { recordedHere } from "@/server/domain/audit/recorded";
import { bannedError } from "@/server/domain/bans/web-ban";
import type { Permission } from "@/server/domain/tenancy/roles";
import { findSeat, type Seat, seatAllows } from "@/server/domain/tenancy/seats";
import { seatOfToken } from "@/server/domain/tokens/token-seat";
import { readTenant } from "@/server/infra/db/read-tenant";
import { translatingSqlErrors } from "@/server/infra/db/sql-error";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import type { LiveKind } from "@/server/infra/live/bus";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

/** What a procedure asks for and how it is recorded: read by the net of tests, so that none is written without. */
export type ProcedureMeta = {
  readonly permission?: Permission;
  readonly action?: AuditAction;
  /** Asks who one is, when that was too long ago. */
  readonly fresh?: boolean;
};

const t = initTRPC
  .context<Context>()
  .meta<ProcedureMeta>()
  .create({
    transformer: superjson,
    errorFormatter: ({ shape, error, ctx }) => {
      const refusal = error.cause instanceof DomainError ? error.cause : undefined;
      const problems = error.cause instanceof z.ZodError ? z.flattenError(error.cause) : undefined;
      const hidden = error.code === "INTERNAL_SERVER_ERROR";
      return {
        code: shape.code,
        message: hidden ? "Something went wrong." : refusal ? refusal.code : problems ? "invalid_input" : shape.message,
        data: {
          code: shape.data.code,
          httpStatus: shape.data.httpStatus,
          path: shape.data.path,
          domainCode: refusal?.code ?? (problems ? ("invalid_input" as const) : null),
          sentence: refusal ? refusalInWords(refusal) : null,
          detail: refusal?.detail ?? null,
          /** What is wrong with which field, for the form that sent it. */
          problems: problems ? problemsInWords(problems.fieldErrors) : null,
          requestId: ctx?.requestId ?? null,
        },
      };
    },
  });

/** next() never throws: a failed procedure comes back as { ok: false }, so a try/catch here would see nothing. */
const translateErrors = t.middleware(async ({ ctx, path, next }) => {
  const result = await next();
  if (result.ok) return result;
  const { cause, code } = result.error;
  const { requestId } = ctx;
  if (cause instanceof DomainError) {
    ctx.log.info({ path, code: cause.code, ...cause.detail, requestId }, "procedure refused");
    throw new TRPCError({ code: trpcCodeOf[cause.code], message: cause.code, cause });
  }
  if (code === "BAD_REQUEST" && cause instanceof z.ZodError) {
    throw new TRPCError({ code, message: "invalid_input", cause });
  }
  if (code === "INTERNAL_SERVER_ERROR")
    ctx.log.error({ path, requestId, error: cause ?? result.error }, "procedure failed");
  return result;
});

/** Whoever asks, as the trail names them. */
function actorOf({ signedIn, token, requestId, address }: Context): Actor {
  if (!signedIn) return { kind: "anonymous", id: "portal", requestId, address };
  const { userId } = signedIn;
  const who = token ? ({ kind: "token", id: token.prefix } as const) : ({ kind: "user", id: userId } as const);
  return { ...who, userId, requestId, address };
}

/** Who has not signed in is sent to do so; a ban counts what it turns away. */
const untold: ReadonlySet<string> = new Set(["unauthenticated", "banned"]);

/** Outermost, so that nothing that is refused further in is forgotten. */
const recordRefusals = t.middleware(async ({ ctx, path, type, meta, next }) => {
  const result = await next();
  const cause = result.ok ? undefined : result.error.cause;
  if (cause instanceof DomainError && !untold.has(cause.code)) {
    noteRefusal(ctx, { path, type, action: meta?.action }, cause, { actor: actorOf(ctx) });
  }
  return result;
});

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/** For the few things a person does before signing in. Every use is named in the net of tests. */
export const openProcedure = t.procedure
  .use(recordRefusals)
  .use(translateErrors)
  .use(({ ctx, next }) => {
    if (ctx.ban) throw bannedError(ctx.ban);
    return next();
  });

/** What somebody may still change while they look at a tenant: that they do. */
const whileViewing: ReadonlySet<string> = new Set(["viewing.end"]);

/** Here and not in each procedure: of what is added later nothing can be forgotten. */
function requireNoView({ viewing }: SignedIn, path: string): void {
  if (!viewing || whileViewing.has(path)) return;
  const sentence = `You are looking at ${viewing.tenantName} as its ${viewing.role}: nothing can be changed until you end that.`;
  throw new DomainError("viewing_only", { tenant: viewing.tenantSlug }, sentence);
}

const signedIn = openProcedure.use(({ ctx, next, type, path }) => {
  if (!ctx.signedIn) throw new DomainError("unauthenticated");
  if (type !== "query") requireNoView(ctx.signedIn, path);
  return next({ ctx: { signedIn: ctx.signedIn, userId: ctx.signedIn.userId, actor: actorOf(ctx) } });
});

/** A token acts on tenants; its maker's own things are not its business. */
const inPerson = signedIn.use(({ ctx, next }) => {
  if (ctx.token) throw new DomainError("forbidden", {}, "This is done by a person who is signed in, not by a token.");
  return next();
});

/** What concerns the person and no tenant in particular. */
export const signedInQuery = inPerson;

/** A change of the person's own things; every tenant they have a seat on sees it in its trail. */
export const signedInMutation = (action: AuditAction) =>
  inPerson.meta({ action }).use(({ ctx, next }) =>
    next({
      ctx: {
        changeOwn: <T>(work: (tx: TenantWrite, home: TenantId) => Promise<Changed<T>>) =>
          changeOfPerson(ctx.db, { userId: ctx.userId, actor: ctx.actor, action }, work),
      },
    }),
  );

const FRESH_MS = 15 * 60_000;

/**
 * For what cannot be taken back: goes through while the person has shown who they are in the last quarter of an hour. The
 * portal asks, then does the same again.
 * @throws DomainError reauth_required.
 */
export function requireFresh({ authenticatedAt }: SignedIn): void {
  if (Date.now() - authenticatedAt.getTime() > FRESH_MS) throw new DomainError("reauth_required");
}

/** A change of the person's own things that nobody makes with a session that was left open. */
export const freshMutation = (action: AuditAction) =>
  signedInMutation(action)
    .meta({ fresh: true })
    .use(({ ctx, next }) => {
      requireFresh(ctx.signedIn);
      return next();
    });

type Denied = Readonly<{ ctx: Context & { actor: Actor }; seat: Seat; permission: Permission; path: string }>;

/** Leaves a trace of the attempt in the tenant's trail. */
async function recordDenial({ ctx, seat, permission, path }: Denied): Promise<void> {
  const { tenantId, actingTenantId } = seat;
  const by = { actor: ctx.actor, action: "permission.deny" } as const;
  const what = { subject: `procedure:${path}`, outcome: "denied", after: { permission, role: seat.role } } as const;
  if (!ctx.refusals.first({ ...by, ...what, where: { tenantId, actingTenantId }, kind: permission })) return;
  await recordRefusal(ctx.db, { ...by, tenantId, actingTenantId }, what);
  ctx.publish({ tenantId: seat.tenantId, kind: "audit" });
}

const missing = (permission: Permission, { role }: Seat): DomainError => {
  const sentence = `Your role (${role.replace("_", " ")}) does not include the permission ${permission}.`;
  return new DomainError("forbidden", { permission, role }, sentence);
};

const isForbidden = (error: unknown): error is DomainError =>
  error instanceof DomainError && error.code === "forbidden";

/**
 * tenantSlug is an input, not a header: it becomes part of the client's cache key, so tenants never share cached data.
 * The seat is read from the database for each call and before the procedure's own input is looked at.
 */
const seated = (permission: Permission) =>
  signedIn
    .input(z.object({ tenantSlug: z.string().min(1).max(63) }))
    .use(async ({ ctx, input, path, type, meta, getRawInput, next }) => {
      const seat = ctx.token
        ? await seatOfToken(ctx.db, ctx.token, input.tenantSlug)
        : await findSeat(ctx.db, ctx.signedIn, input.tenantSlug);
      // Absent and not-yours give one answer, so slugs cannot be probed.
      if (!seat) {
        noteStranger(ctx, ctx.actor, `procedure:${path}`, input.tenantSlug);
        throw recordedHere(new DomainError("not_found"));
      }
      const denied = { ctx, seat, permission, path };
      if (!seatAllows(seat, permission)) {
        await recordDenial(denied);
        throw recordedHere(missing(permission, seat));
      }
      if (ctx.token && !ctx.token.scopes.includes(permission)) {
        await recordDenial(denied);
        const sentence = `This token does not have the scope ${permission}.`;
        throw recordedHere(new DomainError("forbidden", { permission }, sentence));
      }
      const { tenantId } = seat;
      const scope = { tenantId, userId: ctx.userId };
      const result = await next({
        ctx: {
          seat,
          tenantId,
          /** Whether this seat, and the token that acts for it, may do something else as well. */
          may: (also: Permission): boolean =>
            seatAllows(seat, also) && (ctx.token === undefined || ctx.token.scopes.includes(also)),
          read: <T>(work: (tx: TenantRead) => Promise<T>) =>
            translatingSqlErrors(() => readTenant(ctx.db, scope, work)),
          /** Reads reach the tenants below as well; row security bounds them to this branch. */
          readBelow: <T>(work: (tx: TenantRead) => Promise<T>) =>
            translatingSqlErrors(() => readTenant(ctx.db, { ...scope, subtree: true }, work)),
        },
      });
      if (result.ok) return result;
      const { cause } = result.error;
      // Some things a role may do in general and not to this (an admin to an owner): the domain says so, the trail too.
      if (isForbidden(cause)) {
        await recordDenial(denied);
        recordedHere(cause);
      }
      const asked = { path, type, action: meta?.action, sent: await getRawInput() };
      noteRefusal(ctx, asked, cause, { actor: ctx.actor, seat });
      return result;
    });

export const tenantQuery = (permission: Permission) => seated(permission).meta({ permission });

/**
 * A mutation says what it is called in the audit trail before it says what it does. After the commit the live pages that
 * show this kind of thing are told; `publish` tells others.
 */
export const tenantMutation = (permission: Permission, action: AuditAction) =>
  seated(permission)
    .meta({ permission, action })
    .use(({ ctx, next }) => {
      const publish = (kinds: readonly LiveKind[], tenantId: TenantId = ctx.tenantId) => {
        for (const kind of kinds) ctx.publish({ tenantId, kind });
      };
      const by = { tenantId: ctx.tenantId, actingTenantId: ctx.seat.actingTenantId, action, actor: ctx.actor };
      return next({
        ctx: {
          publish,
          /** @param patienceMs for a change that takes longer than others. */
          change: async <T>(work: (tx: TenantWrite) => Promise<Changed<T>>, patienceMs?: number): Promise<T> => {
            const result = await change(ctx.db, { ...by, patienceMs }, work);
            publish(liveKindsOf(action));
            return result;
          },
        },
      });
    });

/** A change of a tenant's things that nobody makes with a session that was left open. */
export const freshTenantMutation = (permission: Permission, action: AuditAction) =>
  tenantMutation(permission, action)
    .meta({ fresh: true })
    .use(({ ctx, next }) => {
      requireFresh(ctx.signedIn);
      return next();
    });
