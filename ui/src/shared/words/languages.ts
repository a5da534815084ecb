import type { Language } from './words.svelte';

const names: Record<Language, string> = { en: 'English', de: 'Deutsch' };

/** A language by its own name, readable for who speaks it. */
export function ownName(language: Language): string {
  return names[language];
}
