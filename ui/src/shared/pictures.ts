// Drawings that show how to look at a unit, named by the checklists. They are files of the page.
const drawings = import.meta.glob<string>('../../../assets/checklists/pictures/*.svg', {
  eager: true,
  query: '?url',
  import: 'default',
});
const byName = new Map(
  Object.entries(drawings).map(([file, url]) => [/([^/]+)\.svg$/.exec(file)?.[1] ?? file, url]),
);

/** Address of a checklist's picture; `null` where this page has none of that name. */
export function pictureUrl(name: string | null | undefined): string | null {
  return name === null || name === undefined ? null : (byName.get(name) ?? null);
}

/** Names of the pictures that this page has. */
export const pictureNames = [...byName.keys()].sort();
