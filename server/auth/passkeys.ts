import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";

import { relyingPartyOf } from "@/server/auth/relying-party";
import { type Challenge, type ChallengeUse, newChallenge, readChallenge } from "@/server/domain/people/challenge.rules";
import type { PasskeyAnswer } from "@/server/domain/people/factor.schema";
import {
  findPasskey,
  listPasskeys,
  type NewPasskey,
  notePasskeyUse,
  takeChallenge,
} from "@/server/domain/people/passkeys";
import type { FactorKeys } from "@/server/domain/people/seal.rules";
import type { Db } from "@/server/infra/db/client";
import { DomainError } from "@/server/kernel/errors";
import type { UserId } from "@/server/kernel/ids";

/** `name`: what the portal is called there, for whoever chooses among passkeys. */
export type PasskeyDeps = Readonly<{ db: Db; keys: FactorKeys; appUrl: string; name?: string | undefined }>;

/**
 * What a browser needs to make a passkey. It is kept by the authenticator and asks for its owner's finger, face or number, so
 * that it is worth two factors by itself.
 * @throws DomainError invalid_state where the portal has an address and no name.
 */
export async function creationOptions(
  { db, keys, appUrl, name: portal = "Ringfence" }: PasskeyDeps,
  { userId, email, name }: Readonly<{ userId: UserId; email: string; name: string }>,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const known = await listPasskeys(db, userId);
  return generateRegistrationOptions({
    rpName: portal,
    rpID: partyOf(appUrl).id,
    userName: email,
    userDisplayName: name || email,
    userID: Uint8Array.from(Buffer.from(userId.replaceAll("-", ""), "hex")),
    challenge: newChallenge(keys.digest, `add:${userId}`, Date.now()),
    attestationType: "none",
    excludeCredentials: known.map(({ id }) => ({ id })),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
  });
}

/**
 * Checks what a browser made.
 * @throws DomainError invalid_input when it does not answer our question, or was made for another portal.
 */
export async function checkCreation(
  { db, keys, appUrl }: PasskeyDeps,
  userId: UserId,
  answer: PasskeyAnswer,
): Promise<Omit<NewPasskey, "name">> {
  const { id: expectedRPID, origin: expectedOrigin } = partyOf(appUrl);
  const asked = questionIn(keys, `add:${userId}`);
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response: answer as unknown as RegistrationResponseJSON,
    expectedChallenge: asked.isOurs,
    expectedOrigin,
    expectedRPID,
    requireUserVerification: true,
  }).catch(() => ({ verified: false, registrationInfo: undefined }));
  const question = asked.question();
  if (!verified || !registrationInfo || !question || !(await takeChallenge(db, question))) {
    throw new DomainError("invalid_input", {}, "This passkey could not be checked; make it once more.");
  }
  const { id, publicKey, counter, transports } = registrationInfo.credential;
  return { id, publicKey, counter, transports: transports ?? [] };
}

/** What a browser needs to use a passkey: any of this portal's to sign in, the person's own when asked again. */
export async function requestOptions(
  { db, keys, appUrl }: PasskeyDeps,
  userId?: UserId,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const own = userId === undefined ? [] : await listPasskeys(db, userId);
  const use: ChallengeUse = userId === undefined ? "sign-in" : `again:${userId}`;
  return generateAuthenticationOptions({
    rpID: partyOf(appUrl).id,
    challenge: newChallenge(keys.digest, use, Date.now()),
    userVerification: "required",
    allowCredentials: own.map(({ id }) => ({ id })),
  });
}

/**
 * Whose passkey answered. Each question counts once, and a counter that does not go on betrays a copy.
 * @returns undefined for a passkey that is not known, and for every answer that does not fit, alike.
 */
export async function checkPasskey(
  { db, keys, appUrl }: PasskeyDeps,
  use: ChallengeUse,
  answer: PasskeyAnswer,
): Promise<{ userId: UserId; email: string } | undefined> {
  const known = await findPasskey(db, answer.id);
  const party = relyingPartyOf(appUrl);
  if (!known || !party) return undefined;
  const asked = questionIn(keys, use);
  const checked = await verifyAuthenticationResponse({
    response: answer as unknown as AuthenticationResponseJSON,
    expectedChallenge: asked.isOurs,
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    credential: { id: answer.id, publicKey: Uint8Array.from(known.publicKey), counter: known.counter },
    requireUserVerification: true,
  }).catch(() => undefined);
  const question = asked.question();
  if (!checked?.verified || !question || !(await takeChallenge(db, question))) return undefined;
  if (!(await notePasskeyUse(db, answer.id, checked.authenticationInfo.newCounter))) return undefined;
  return { userId: known.userId, email: known.email };
}

/** Looks at the question inside an answer while the library checks the rest of it. */
function questionIn(keys: FactorKeys, use: ChallengeUse) {
  let found: Challenge | undefined;
  return {
    isOurs: (text: string): boolean => {
      found = readChallenge(keys.digest, use, text, Date.now());
      return found !== undefined;
    },
    question: () => found,
  };
}

function partyOf(appUrl: string) {
  const party = relyingPartyOf(appUrl);
  if (party) return party;
  throw new DomainError("invalid_state", {}, "Passkeys need a portal with a name; this one has an address only.");
}
