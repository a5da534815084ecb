// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const source = import.meta.dirname;
const files = readdirSync(source, { withFileTypes: true, recursive: true })
  .filter((entry) => entry.isFile() && /\.(ts|svelte)$/.test(entry.name))
  .map((entry) => path.relative(source, path.join(entry.parentPath, entry.name)));

/** What a file imports: our own files by their place under src/, packages by their name. */
function imports(file: string): string[] {
  const text = readFileSync(path.join(source, file), 'utf8');
  const named = [...text.matchAll(/\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map(
    ([, name]) => name ?? '',
  );
  return named.map((name) =>
    name.startsWith('.') ? path.relative(source, path.resolve(source, path.dirname(file), name)) : name,
  );
}

const arrows = files.flatMap((file) => imports(file).map((to) => [file, to] as const));
const room = (place: string) => /^rooms\/([^/]+)\//.exec(place)?.[1];

test('there are rooms to look at', () => {
  expect(new Set(files.map(room))).toEqual(
    new Set([
      undefined,
      'bench',
      'review',
      'containers',
      'insights',
      'find',
      'sync',
      'devices',
      'settings',
      'help',
    ]),
  );
  expect(arrows.length).toBeGreaterThan(150);
});

test('a room knows shared and platform, never another room', () => {
  const wrong = arrows.filter(([file, to]) => {
    const own = room(file);
    return own !== undefined && room(to) !== undefined && room(to) !== own;
  });
  expect(wrong).toEqual([]);
});

test('shared and platform know no room', () => {
  const wrong = arrows.filter(([file, to]) => /^(shared|platform)\//.test(file) && to.startsWith('rooms/'));
  expect(wrong).toEqual([]);
});

test('platform knows nothing of shared', () => {
  const wrong = arrows.filter(([file, to]) => file.startsWith('platform/') && to.startsWith('shared/'));
  expect(wrong).toEqual([]);
});

test('Tauri is known inside platform only', () => {
  const wrong = arrows.filter(([file, to]) => to.startsWith('@tauri-apps') && !file.startsWith('platform/'));
  expect(wrong).toEqual([]);
});

test('only tests and the choice of a platform know the simulated bench', () => {
  const wrong = arrows.filter(
    ([file, to]) =>
      to.startsWith('platform/simulated') &&
      !file.startsWith('platform/simulated') &&
      !file.endsWith('.test.ts') &&
      file !== 'platform/platform.ts',
  );
  expect(wrong).toEqual([]);
});
