import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { build } from 'vite';
import { beforeAll, expect, test } from 'vitest';

const folder = path.resolve(import.meta.dirname, '../test-results/release');
let text = '';

beforeAll(async () => {
  const mode = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  await build({ mode: 'production', logLevel: 'warn', build: { outDir: folder } });
  process.env.NODE_ENV = mode;
  text = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => path.join(folder, file))
    .filter((file) => statSync(file).isFile() && /\.(html|js|css)$/.test(file))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
});

test('a release has no trace of the simulated bench', () => {
  expect(text).toContain('returns-station.settings');
  for (const trace of ['SIM:', 'Aurel WH-900', 'LEJ2-B04']) expect(text).not.toContain(trace);
});

test('a release fetches nothing from a network', () => {
  const addresses = [...text.matchAll(/https?:\/\/[^\s"'`)\\]+/g)].map(([address]) => address);
  const allowed =
    /^http:\/\/(www\.w3\.org\/|\$\{|frame\.localhost|photo\.localhost)|^https:\/\/svelte\.dev\/e\//;
  // What the words for a camera's address name as an example.
  const example = /^https?:\/\/(10\.20\.4\.60\/video\.$|,$)/;
  const others = addresses.filter((address) => !allowed.test(address) && !example.test(address));
  expect(others).toEqual([]);
});
