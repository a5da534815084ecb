// @vitest-environment node
import { FluentBundle, FluentResource } from '@fluent/bundle';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { families } from './args';
import { catalogue, root } from './catalogue';

const languages = readdirSync(path.join(root, 'assets/languages'))
  .filter((file) => file.endsWith('.ftl'))
  .map((file) => file.replace('.ftl', ''));
const english = catalogue('en');

function sources(folder: string, kinds = /\.(ts|svelte)$/): string {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && kinds.test(entry.name) && !entry.name.includes('.test.'))
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
}

test('there are English and German', () => {
  expect(languages).toEqual(expect.arrayContaining(['de', 'en']));
});

describe.each(languages)('%s.ftl', (language) => {
  const own = catalogue(language);

  test('is read by Fluent whole', () => {
    const bundle = new FluentBundle(language);
    const text = readFileSync(path.join(root, `assets/languages/${language}.ftl`), 'utf8');
    expect(bundle.addResource(new FluentResource(text))).toEqual([]);
    const unread = [...own.keys()].filter((id) => !bundle.hasMessage(id));
    expect(unread).toEqual([]);
    for (const [id, { attributes }] of own) {
      expect(Object.keys(bundle.getMessage(id)?.attributes ?? {}).sort(), id).toEqual(attributes);
    }
  });

  test('has the messages, parts and variables of English', () => {
    expect([...own.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [id, entry] of own) expect(entry, id).toEqual(english.get(id));
  });
});

test('every text of the screen or of a label is used', () => {
  const used = sources(path.join(root, 'ui/src'));
  const rust = sources(path.join(root, 'src-tauri/crates'), /\.rs$/);
  const printed = new Set([...rust.matchAll(/"([a-z][\w-]*)"/g)].map(([, id]) => id));
  const named = new Set([...used.matchAll(/'([a-z][\w-]*)'/gi)].map(([, id]) => id));
  const prefixes = [...used.matchAll(/`([a-z][a-z-]*-)\$\{/g)].map(([, prefix]) => prefix ?? '');
  const unused = [...english.keys()].filter((id) => {
    if (id === 'language-name' || id.startsWith('say-')) return false;
    if (families.some((family) => id.startsWith(`${family}-`) || id === `${family}-aside`)) return false;
    if (printed.has(id) || named.has(id)) return false;
    return !prefixes.some((prefix) => id.startsWith(prefix));
  });
  expect(unused).toEqual([]);
});

test('every text that the screen names exists', () => {
  const used = sources(path.join(root, 'ui/src'));
  const named = [...used.matchAll(/\bt\(\s*(?:[^'()]*\?\s*)?'([a-z][\w-]*)'/g)].map(([, id]) => id ?? '');
  expect(named.length).toBeGreaterThan(100);
  expect(named.filter((id) => !english.has(id))).toEqual([]);
});

test('words keep to the house: verb first, no “please”, no “invalid”, no “error occurred”', () => {
  const text = readFileSync(path.join(root, 'assets/languages/en.ftl'), 'utf8');
  expect(text).not.toMatch(/\b(please|invalid|error occurred|oops|sorry)\b/i);
});

test('what is refused says what to do next', () => {
  const bundle = new FluentBundle('en');
  bundle.addResource(new FluentResource(readFileSync(path.join(root, 'assets/languages/en.ftl'), 'utf8')));
  const bare = [...english].filter(([id, entry]) => {
    const text = id.startsWith('say-') && isRefusal(id);
    return text && !entry.attributes.includes('next');
  });
  expect(bare.map(([id]) => id)).toEqual([]);

  function isRefusal(id: string): boolean {
    const value = bundle.getMessage(id)?.value ?? '';
    return bundle.formatPattern(value, {}, []).startsWith('Rejected');
  }
});
