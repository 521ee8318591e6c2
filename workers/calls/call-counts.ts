/** How many calls ended how, since the start of this process. Words of ours only, so that there are few. */
export class CallCounts {
  #counts = new Map<string, { outcome: string; reason: string; calls: number }>();

  add(outcome: string, reason: string): void {
    const key = `${outcome} ${reason}`;
    const known = this.#counts.get(key) ?? { outcome, reason, calls: 0 };
    known.calls += 1;
    this.#counts.set(key, known);
  }

  all(): readonly Readonly<{ outcome: string; reason: string; calls: number }>[] {
    return [...this.#counts.values()];
  }
}
