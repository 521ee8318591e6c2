import { randomInt } from "node:crypto";

/** Letters and digits that nobody confuses when reading aloud or typing from paper: no i, l, o, 0, 1. */
export const SECRET_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";
/** 31 symbols carry 4.95 bits each; 26 of them are the first length beyond 128 bits. */
export const SECRET_LENGTH = 26;

/** A SIP password in the clear. Printing, logging or serialising one yields "[secret]"; only reveal() gives the text. */
export class SipSecret {
  readonly #text: string;
  private constructor(text: string) {
    this.#text = text;
  }
  /** A new secret from the system's generator; each symbol is equally likely. */
  static generate(): SipSecret {
    const symbol = () => SECRET_ALPHABET.charAt(randomInt(SECRET_ALPHABET.length));
    return new SipSecret(Array.from({ length: SECRET_LENGTH }, symbol).join(""));
  }
  /** One that was shown before and comes back from whoever was shown it. */
  static of(text: string): SipSecret {
    return new SipSecret(text);
  }
  reveal(): string {
    return this.#text;
  }
  toString(): string {
    return "[secret]";
  }
  toJSON(): string {
    return "[secret]";
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[secret]";
  }
}
