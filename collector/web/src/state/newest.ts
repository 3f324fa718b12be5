// A list may be drawn later than a key is pressed: the next press goes on from what was chosen last, not from what is seen. Pure.

/** So long a choice may wait to be drawn. After that what is drawn holds: somebody chose otherwise meanwhile, or the choice was none. */
const WAITS_MS = 1_000;

export class Newest<T> {
  private drawn: T;
  private asked: { value: T; at: number } | null = null;

  constructor(drawn: T) {
    this.drawn = drawn;
  }

  /** The list was drawn so. */
  draw(value: T): void {
    this.drawn = value;
    if (this.asked !== null && Object.is(this.asked.value, value)) this.asked = null;
  }

  choose(value: T, now_ms: number): void {
    this.asked = { value, at: now_ms };
  }

  get(now_ms: number): T {
    return this.asked !== null && now_ms - this.asked.at <= WAITS_MS ? this.asked.value : this.drawn;
  }
}
