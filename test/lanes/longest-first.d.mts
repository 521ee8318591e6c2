import { BaseSequencer } from "vitest/node";

export const longest: string[];
export class LongestFirst extends BaseSequencer {}
