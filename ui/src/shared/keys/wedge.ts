/** A key as it was pressed. */
export interface Pressed {
  key: string;
  /** When, in milliseconds (the event's own time, not the time of hearing it). */
  at: number;
  alt: boolean;
  ctrl: boolean;
  meta: boolean;
  /** The key is held down: no scanner does that. */
  repeat?: boolean;
}

export interface WedgeEars {
  /** A scanner typed this. */
  scan(text: string): void;
  /** A person typed this key after all. */
  typed(key: string): void;
}

/** What a scanner's burst ends with. */
const ends = ['Enter', 'Tab'];
/** A scanner types at least so many characters … */
const scan_characters = 6;
/** … so close together, … */
const gap_ms = 35;
/** … and its Enter or Tab follows within this. */
const enter_ms = 120;
/** How long a printable key is held back before it counts as typed by a person. */
const hold_ms = 55;

/**
 * Tells a keyboard-wedge scanner from a person: printable keys are held back for a moment; a fast burst that
 * ends with Enter or Tab is a scan, anything else is handed on key by key, in order.
 */
export class Wedge {
  #held: Pressed[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = 0;

  constructor(
    private readonly ears: WedgeEars,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Returns true where the key is taken (held back, or the end of a scan): the page must not see it. */
  hear(pressed: Pressed): boolean {
    const character = printable(pressed);
    const last = this.#held.at(-1);
    if (character === null) {
      if (pressed.key === 'Shift' || pressed.key === 'Control' || pressed.key === 'AltGraph') return false;
      if (
        ends.includes(pressed.key) &&
        last !== undefined &&
        this.#isScan() &&
        pressed.at - last.at <= enter_ms
      ) {
        const text = this.#held.map((p) => p.key).join('');
        this.#clear();
        this.ears.scan(text);
        return true;
      }
      this.flush();
      return false;
    }
    if (pressed.repeat === true) {
      // A held key repeats as fast as a slow scanner types, but a person holds it: the page has it at once.
      this.flush();
      return false;
    }
    if (last !== undefined && pressed.at - last.at > gap_ms) this.flush();
    this.#held.push({ ...pressed, key: character });
    this.#wait();
    return true;
  }

  /** Hands held keys on. A long burst without its Enter is half a scan: nobody typed it, so it is dropped. */
  flush(): void {
    const held = this.#held;
    const scan = this.#isScan();
    this.#clear();
    if (scan) return;
    for (const pressed of held) this.ears.typed(pressed.key);
  }

  #isScan(): boolean {
    return this.#held.length >= scan_characters;
  }

  #clear(): void {
    clearTimeout(this.#timer);
    this.#held = [];
  }

  #wait(): void {
    clearTimeout(this.#timer);
    const wait = this.#isScan() ? enter_ms : hold_ms;
    this.#due = this.clock() + wait;
    this.#timer = setTimeout(() => this.#expire(), wait);
  }

  #expire(): void {
    // A busy page runs this timer before keys that were pressed long ago: hear them first.
    if (this.clock() - this.#due > 25) {
      this.#wait();
      return;
    }
    this.flush();
  }
}

function printable(pressed: Pressed): string | null {
  // Scanners send the GS1 separator 0x1D as Ctrl+].
  if (pressed.ctrl && pressed.key === ']') return '\u001d';
  if ((pressed.ctrl || pressed.alt || pressed.meta) && !(pressed.ctrl && pressed.alt)) return null;
  return [...pressed.key].length === 1 ? pressed.key : null;
}
