import { readFileSync } from 'node:fs';
import path from 'node:path';

/** For tests: what a catalogue file holds, read without Fluent's own reading of it. */
export interface Entry {
  attributes: string[];
  variables: string[];
}

export const root = path.resolve(import.meta.dirname, '../../../..');

export function catalogue(language: string): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  let entry: Entry | undefined;
  const lines = readFileSync(path.join(root, `assets/languages/${language}.ftl`), 'utf8').split('\n');
  for (const line of lines) {
    const id = /^([a-zA-Z][\w-]*) =/.exec(line)?.[1];
    if (id !== undefined) {
      if (entries.has(id)) throw new Error(`${language}.ftl has ${id} twice`);
      entry = { attributes: [], variables: [] };
      entries.set(id, entry);
    }
    if (entry === undefined) continue;
    const attribute = /^ {4}\.(\w+) =/.exec(line)?.[1];
    if (attribute !== undefined) entry.attributes.push(attribute);
    for (const [, name] of line.matchAll(/\$(\w+)/g)) if (name !== undefined) entry.variables.push(name);
  }
  for (const one of entries.values()) {
    one.attributes.sort();
    one.variables = [...new Set(one.variables)].sort();
  }
  return entries;
}
