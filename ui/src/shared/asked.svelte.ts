import { asCoded } from '../platform/platform';
import type { Coded } from '../platform/types';

/** A room's question and what came of it. Of two questions only the later one's answer is shown. */
export class Asked<T> {
  value = $state.raw<T | null>(null);
  trouble = $state.raw<Coded | null>(null);
  busy = $state(false);
  #turn = 0;

  /** Asks; true where it was answered. */
  async run(question: () => Promise<T>): Promise<boolean> {
    this.#turn += 1;
    const turn = this.#turn;
    this.busy = true;
    try {
      const value = await question();
      if (turn === this.#turn) {
        this.value = value;
        this.trouble = null;
      }
      return true;
    } catch (thrown) {
      if (turn === this.#turn) this.trouble = asCoded(thrown);
      return false;
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }
}
