import { Wedge } from './wedge';

/** A room's ear: returns true where it took the key. Keys pressed together come as `Alt+2`. */
export type KeyEar = (key: string) => boolean;

/**
 * All keys of the window, in one place: scanner bursts first, then text fields and focused buttons, then the
 * room that is open, then the window itself.
 */
export class Keyboard {
  #ears: KeyEar[] = [];
  #wedge: Wedge;
  #field: HTMLInputElement | HTMLTextAreaElement | null = null;

  constructor(scan: (text: string) => void) {
    this.#wedge = new Wedge({ scan, typed: (key) => this.#typed(key) });
  }

  /** The latest ear hears first. Returns how to take it away. */
  hear(ear: KeyEar): () => void {
    this.#ears.unshift(ear);
    return () => {
      this.#ears = this.#ears.filter((other) => other !== ear);
    };
  }

  start(): () => void {
    const down = (event: KeyboardEvent) => this.#down(event);
    // A touched button keeps no focus, or the next Enter would press it again.
    const touched = (event: MouseEvent) => {
      const active = document.activeElement;
      if (event.detail > 0 && active instanceof HTMLButtonElement) active.blur();
    };
    window.addEventListener('keydown', down, { capture: true });
    window.addEventListener('click', touched);
    return () => {
      window.removeEventListener('keydown', down, { capture: true });
      window.removeEventListener('click', touched);
    };
  }

  #down(event: KeyboardEvent): void {
    if (event.isComposing) return;
    this.#field = textField(event.target);
    const taken = this.#wedge.hear({
      key: event.key,
      at: event.timeStamp,
      alt: event.altKey,
      ctrl: event.ctrlKey,
      meta: event.metaKey,
      repeat: event.repeat,
    });
    if (taken) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (this.#field !== null && !passesField(event)) return;
    if (event.key === 'Enter' && activatable(event.target)) return;
    if (event.repeat && event.key.length > 1 && !event.key.startsWith('Arrow')) {
      if (/^(F\d+|Enter|Escape)$/.test(event.key)) event.preventDefault();
      return;
    }
    if (this.#tell(together(event))) event.preventDefault();
  }

  /** A printable key that a person typed, a moment later. */
  #typed(key: string): void {
    const active = document.activeElement;
    const field = textField(active) ?? (this.#field?.isConnected === true ? this.#field : null);
    if (field !== null) {
      insert(field, key);
      return;
    }
    if (key === ' ' && activatable(active)) {
      active.click();
      return;
    }
    this.#tell(key);
  }

  #tell(key: string): boolean {
    return this.#ears.some((ear) => ear(key));
  }
}

function together(event: KeyboardEvent): string {
  const held = [event.ctrlKey && 'Ctrl+', event.altKey && 'Alt+', event.metaKey && 'Meta+'];
  return `${held.filter((name) => name !== false).join('')}${event.key}`;
}

function textField(target: EventTarget | null): HTMLInputElement | HTMLTextAreaElement | null {
  if (target instanceof HTMLTextAreaElement) return target;
  if (target instanceof HTMLInputElement && ['text', 'search', 'password', ''].includes(target.type))
    return target;
  return null;
}

function activatable(target: EventTarget | null): target is HTMLElement {
  return target instanceof HTMLElement && target.matches('button, a[href], summary, select, [role="button"]');
}

/** Keys that mean the same inside a text field as outside. */
function passesField(event: KeyboardEvent): boolean {
  return event.key === 'Escape' || /^F\d+$/.test(event.key) || event.altKey;
}

function insert(field: HTMLInputElement | HTMLTextAreaElement, text: string): void {
  const from = field.selectionStart ?? field.value.length;
  const to = field.selectionEnd ?? from;
  field.setRangeText(text, from, to, 'end');
  field.dispatchEvent(new InputEvent('input', { bubbles: true, data: text, inputType: 'insertText' }));
}
