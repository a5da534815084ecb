import { languages, words, type Language } from './words/words.svelte';

export const themes = ['light', 'dark', 'contrast'] as const;
export type Theme = (typeof themes)[number];

const place = 'returns-station.settings';

interface Kept {
  language?: unknown;
  theme?: unknown;
  volume?: unknown;
}

/** What a person sets for this window; kept on this computer. */
class Settings {
  theme = $state<Theme>('light');
  /** 0 (off) to 1. */
  volume = $state(0.7);

  get language(): Language {
    return words.language;
  }

  load(): void {
    const kept = this.#kept();
    words.language = languages.find((l) => l === kept.language) ?? fromBrowser();
    this.theme = themes.find((t) => t === kept.theme) ?? 'light';
    if (typeof kept.volume === 'number' && kept.volume >= 0 && kept.volume <= 1) this.volume = kept.volume;
    this.#show();
  }

  setLanguage(language: Language): void {
    words.language = language;
    this.#keep();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.#keep();
  }

  setVolume(volume: number): void {
    this.volume = Math.min(1, Math.max(0, volume));
    this.#keep();
  }

  #kept(): Kept {
    try {
      const parsed: unknown = JSON.parse(localStorage.getItem(place) ?? '{}');
      return typeof parsed === 'object' && parsed !== null ? parsed : {};
    } catch {
      return {};
    }
  }

  #keep(): void {
    this.#show();
    try {
      localStorage.setItem(
        place,
        JSON.stringify({ language: words.language, theme: this.theme, volume: this.volume }),
      );
    } catch {
      // A window without storage keeps its settings until it closes.
    }
  }

  #show(): void {
    document.documentElement.dataset.theme = this.theme;
    document.documentElement.lang = words.language;
  }
}

function fromBrowser(): Language {
  return languages.find((l) => navigator.language.startsWith(l)) ?? 'en';
}

export const settings = new Settings();
