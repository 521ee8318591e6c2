import { z } from "zod";

/** Longer than any number, id or name: what is longer was not meant to be found. */
export const MOST_CHARACTERS = 200;

/** What is pasted brings line ends and worse with it; none of that is meant. */
const plain = (text: string): string => text.replace(/[\p{Cc}\p{Cs}]/gu, " ").trim();

export const searchSchema = z.object({
  text: z.string().max(MOST_CHARACTERS).transform(plain).pipe(z.string().min(1)),
});
