import { getContext, setContext } from 'svelte';
import type { Keyboard } from './keyboard';

const key = Symbol('keyboard');

export function provideKeyboard(keyboard: Keyboard): void {
  setContext(key, keyboard);
}

export function useKeyboard(): Keyboard {
  return getContext<Keyboard>(key);
}
