import { createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync } from "node:crypto";

import { seal, unseal } from "@/server/domain/people/seal.rules";

const KEY_BYTES = 32;
/** What stands before the 32 bytes of an X25519 key in its usual form. */
const PUBLIC_HEAD = Buffer.from("302a300506032b656e032100", "hex");
const PRIVATE_HEAD = Buffer.from("302e020100300506032b656e04220420", "hex");

const publicKeyOf = (bytes: Uint8Array) =>
  createPublicKey({ key: Buffer.concat([PUBLIC_HEAD, bytes]), format: "der", type: "spki" });
const privateKeyOf = (bytes: Uint8Array) =>
  createPrivateKey({ key: Buffer.concat([PRIVATE_HEAD, bytes]), format: "der", type: "pkcs8" });

const newPair = () => {
  const { publicKey, privateKey } = generateKeyPairSync("x25519");
  return {
    publicKey: Uint8Array.from(publicKey.export({ format: "der", type: "spki" }).subarray(-KEY_BYTES)),
    privateKey: privateKey.export({ format: "der", type: "pkcs8" }).subarray(-KEY_BYTES),
  };
};

/** A box that anybody can put something into and only the key opens. The key is for whoever asked, and is stored nowhere. */
export function newBox(): { publicKey: Uint8Array<ArrayBuffer>; key: string } {
  const { publicKey, privateKey } = newPair();
  return { publicKey, key: privateKey.toString("base64url") };
}

const sharedKey = (mine: Uint8Array, theirs: Uint8Array, both: readonly Uint8Array[]): Buffer => {
  const secret = diffieHellman({ privateKey: privateKeyOf(mine), publicKey: publicKeyOf(theirs) });
  return Buffer.from(hkdfSync("sha256", secret, Buffer.concat(both), "ringfence sealed box", KEY_BYTES));
};

/** Puts a text into a box; not even whoever did so opens it again. */
export function intoBox(publicKey: Uint8Array, owner: string, text: string): Uint8Array<ArrayBuffer> {
  const once = newPair();
  const key = sharedKey(once.privateKey, publicKey, [once.publicKey, publicKey]);
  return Uint8Array.from(Buffer.concat([once.publicKey, seal(key, owner, Buffer.from(text, "utf8"))]));
}

/** @returns undefined when the key is not that box's, or what is in it was changed. */
export function fromBox(key: string, owner: string, sealed: Uint8Array): string | undefined {
  const mine = Buffer.from(key, "base64url");
  if (mine.length !== KEY_BYTES) return undefined;
  const own = Uint8Array.from(
    createPublicKey(privateKeyOf(mine)).export({ format: "der", type: "spki" }).subarray(-KEY_BYTES),
  );
  const theirs = sealed.subarray(0, KEY_BYTES);
  const opener = sharedKey(mine, theirs, [theirs, own]);
  return unseal(opener, owner, sealed.subarray(KEY_BYTES))?.toString("utf8");
}
