/** Record numbers that were skipped. A record with a skipped number may still follow later. */
export class Gaps {
  readonly #gaps: [from: number, to: number][] = [];

  open(from: number, to: number): void {
    this.#gaps.push([from, to]);
  }

  fill(seq: number): void {
    const at = this.#gaps.findIndex(([from, to]) => from <= seq && seq <= to);
    const [from, to] = this.#gaps[at] ?? [1, 0];
    if (from > to) return;
    const left: [number, number][] = [
      [from, seq - 1],
      [seq + 1, to],
    ];
    this.#gaps.splice(at, 1, ...left.filter(([first, last]) => first <= last));
  }

  list(): readonly (readonly [from: number, to: number])[] {
    return this.#gaps;
  }
}
