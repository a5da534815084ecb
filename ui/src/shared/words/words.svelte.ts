import { FluentBundle, FluentResource, type FluentVariable } from '@fluent/bundle';
import de from '../../../../assets/languages/de.ftl?raw';
import en from '../../../../assets/languages/en.ftl?raw';
import type { Coded, DecisionView, PhotoSlot, Say, Tone } from '../../platform/types';
import { argsAsWords, readable, type Family, type Vocabulary } from './args';

export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];

/** A code in words: what happened, about what, what to do now. */
export interface Told {
  head: string;
  second: string | null;
  next: string | null;
  /** How it looks when the window itself must say it. */
  severity: Tone;
  /** The table has no words for this code. */
  missing: boolean;
}

/** A text that came with the data, by language. */
type Texts = PhotoSlot['texts'];
/** What a policy says in its own words, by key and language. */
type Sentences = DecisionView['sentences'];
type Args = Record<string, FluentVariable>;

const sources: Record<Language, string> = { en, de };
const bundles: Partial<Record<Language, FluentBundle>> = {};

function bundle(language: Language): FluentBundle {
  let found = bundles[language];
  if (found === undefined) {
    found = new FluentBundle(language, { useIsolating: false });
    found.addResource(new FluentResource(sources[language]));
    bundles[language] = found;
  }
  return found;
}

/** The message that holds a code's words. Event kinds (`unit.received`) share the table. */
export function messageOf(code: string): string {
  return `say-${code.replaceAll('.', '-')}`;
}

/** The one table of words, in the language that is on. */
class Words {
  language = $state<Language>('en');
  #vocabulary: Vocabulary = {
    code: (family, value) => this.code(family, value),
    knows: (family, value) => this.knows(family, value),
    head: (code) => this.#format(messageOf(code), null, {}),
    or: (items) => this.or(items),
    why: () => null,
  };

  /** A text of the screen. */
  t = (id: string, args: Args = {}): string => this.#format(id, null, args) ?? id;

  /** A stored code in words: `code('grade-meaning', 'B')`. Unknown ones stay as they are. */
  code = (family: Family, value: string): string => this.#format(`${family}-${value}`, null, {}) ?? value;

  /** Whether the vocabulary knows a value. */
  knows = (family: Family, value: string): boolean => bundle(this.language).hasMessage(`${family}-${value}`);

  /** All values that a vocabulary has words for, as the catalogue lists them. */
  values = (family: Family): string[] =>
    [...sources.en.matchAll(new RegExp(`^${family}-([A-Z][A-Z0-9_-]*) =`, 'gm'))].map(
      ([, value]) => value ?? '',
    );

  /** The name of a column or of a fact that the policy looks at; one without words is made readable. */
  column = (key: string): string => {
    const id = `insight-column-${key.replaceAll('_', '-').toLowerCase()}`;
    if (bundle(this.language).hasMessage(id)) return this.t(id);
    return this.#cellCode(key) ?? readable(key.replaceAll('-', '_'));
  };

  /** A code in a column of that name: in words where a vocabulary has it. */
  cell = (key: string, value: string): string => {
    // Categories come with the data: there is no list of them here.
    if (key === 'category') return /^[A-Z][A-Z_]+$/.test(value) ? readable(value) : value;
    const words = argsAsWords({ [key.replaceAll('-', '_')]: value }, this.#vocabulary);
    return String(words[key.replaceAll('-', '_')] ?? value);
  };

  /** A column may itself be a code: one finding, one disposition. */
  #cellCode(key: string): string | null {
    const family = (['finding', 'disposition', 'reason', 'grade'] as const).find((one) =>
      this.knows(one, key),
    );
    return family === undefined ? null : this.code(family, key);
  }

  /** A code from the bench in words. */
  tell = (say: Say | Coded, sentences: Sentences = {}): Told => {
    const id = messageOf(say.code);
    const why = (key: string) => (sentences[key] === undefined ? null : this.pick(sentences[key]));
    const args = argsAsWords(say.args, { ...this.#vocabulary, why });
    const head = this.#format(id, null, args);
    if (head === null) {
      const unknown = 'say-unknown-code';
      return {
        head: this.t(unknown, { code: say.code }),
        second: this.#format(unknown, 'second', {}),
        next: this.#format(unknown, 'next', {}),
        severity: 'rejected',
        missing: true,
      };
    }
    return {
      head,
      second: this.#format(id, 'second', args),
      next: this.#format(id, 'next', args),
      severity: (this.#format(id, 'severity', {}) as Tone | null) ?? 'rejected',
      missing: false,
    };
  };

  /** A code as one short line: a choice, an effect, what is expected next. */
  line = (say: Say, sentences: Sentences = {}): string => this.tell(say, sentences).head;

  /** Why something cannot be done, where nobody has tried yet: a refusal without the word for refused. */
  why = (say: Say): string => {
    const head = this.line(say).replace(/^(Rejected|Stopped|Abgelehnt|Halt): */, '');
    return head.charAt(0).toUpperCase() + head.slice(1);
  };

  /** A line of a unit's history. */
  history = (say: Say): string => {
    const args = argsAsWords(say.args, this.#vocabulary);
    return this.#format(messageOf(say.code), 'history', args) ?? this.line(say);
  };

  /** The name of a photo's place: from the checklist, else from the vocabulary, else its key made readable. */
  photo = (slot: PhotoSlot): string => {
    const given = this.pick(slot.texts);
    if (given !== '') return given;
    return this.knows('photo', slot.role) ? this.code('photo', slot.role) : readable(slot.role);
  };

  /** A text that came with the data, in this language or else in English. */
  pick = (texts: Texts): string => texts[this.language] ?? texts.en ?? Object.values(texts)[0] ?? '';

  /** `1, 2 or 3` */
  or = (items: string[]): string => this.#join('list-or', items);

  /** `a, b and c` */
  and = (items: string[]): string => this.#join('list-and', items);

  #join(id: string, items: string[]): string {
    const last = items.at(-1) ?? '';
    return items.length < 2 ? last : this.t(id, { list: items.slice(0, -1).join(', '), last });
  }

  /** Null where there is no such text, or where it lacks a variable: no half sentence reaches the screen. */
  #format(id: string, attribute: string | null, args: Args): string | null {
    const from = bundle(this.language);
    const message = from.getMessage(id);
    const pattern = attribute === null ? message?.value : message?.attributes[attribute];
    if (pattern === null || pattern === undefined) return null;
    const errors: Error[] = [];
    const text = from.formatPattern(pattern, args, errors);
    if (errors.length === 0) return text;
    return attribute === null ? text.replace(/\s*[{][^}]*[}]/g, '').trim() : null;
  }
}

export const words = new Words();
