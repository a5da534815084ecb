import type { DeviceView, FindingChip, ParcelView, PhotoSlot, QrView } from '../types';
import paths from './qr-paths.json';

type Texts = PhotoSlot['texts'];

/** What the simulated dock knows: one parcel, two products, two operators. PIN of both: 1234. */
export const operators = {
  KW: { initials: 'KW', role: 'GRADER' },
  TO: { initials: 'TO', role: 'SUPERVISOR' },
} as const;

export const pin = '1234';
export const headphones = '4006381333931';
/** The same on a code that also says a count, which does not go with it. */
export const headphonesPaired = ']C101040063813339313712';
/** A lot without the product that it is of. */
export const lot = ']C110LOT-7';
/** A carton whose label says where it goes. */
export const routed = '1Z06X6100100004951';
export const lamp = '9520123400149';
export const tote = 'T-0231';

export function newParcel(): ParcelView {
  return {
    tracking: 'JJD014600003821',
    rmas: ['26-118402'],
    lines: [
      { title: 'Aurel WH-900 headphones', sku: 'WH900-BK', rma: '26-118402', expected: 1, received: 0 },
      { title: 'Halden rain jacket, W M', sku: 'HRJ-W-M', rma: '26-118402', expected: 1, received: 0 },
    ],
  };
}

/** A 12-digit LPN with its ISO 7064 mod 97-10 check, shown 5-5-2. */
export function lpn(counter: number): string {
  const digits = `04173${String(counter).padStart(5, '0')}`;
  const check = 98 - Number((BigInt(digits) * 100n) % 97n);
  return `${digits.slice(0, 5)}-${digits.slice(5)}-${String(check).padStart(2, '0')}`;
}

export function qr(command: string): QrView | null {
  return (paths as Record<string, QrView | undefined>)[command] ?? null;
}

export interface SimulatedQuestion {
  texts: Texts;
  hint: Texts | null;
  /** Name of a drawing. */
  picture?: string;
  /** The grade that a yes (or for D a no) settles. */
  rung: 'X' | 'D' | 'C' | 'B' | null;
  settles: 'YES' | 'NO' | null;
  holds: boolean;
  third: boolean;
}

export const questions: SimulatedQuestion[] = [
  {
    texts: { en: 'Is a battery swollen or hot?', de: 'Ist ein Akku gebläht oder heiß?' },
    hint: { en: 'Look at the seams. Do not press.', de: 'Nähte ansehen. Nicht drücken.' },
    picture: 'battery-swollen',
    rung: null,
    settles: null,
    holds: true,
    third: false,
  },
  {
    texts: { en: 'Is it the right product?', de: 'Ist es das richtige Produkt?' },
    hint: { en: 'Aurel WH-900, black.', de: 'Aurel WH-900, schwarz.' },
    rung: 'X',
    settles: 'NO',
    holds: false,
    third: false,
  },
  {
    texts: { en: 'Does it power on?', de: 'Geht es an?' },
    hint: {
      en: 'Hold the right button for 3 seconds. A white light means yes.',
      de: 'Rechten Knopf 3 Sekunden halten. Weißes Licht heißt ja.',
    },
    rung: 'D',
    settles: 'NO',
    holds: false,
    third: true,
  },
  {
    texts: { en: 'Does it need work?', de: 'Muss daran gearbeitet werden?' },
    hint: null,
    rung: 'C',
    settles: 'YES',
    holds: false,
    third: false,
  },
  {
    texts: { en: 'Are there light marks?', de: 'Gibt es leichte Spuren?' },
    hint: { en: 'Turn it once under the lamp.', de: 'Einmal unter der Lampe drehen.' },
    rung: 'B',
    settles: 'YES',
    holds: false,
    third: false,
  },
];

export function newPhotos(): PhotoSlot[] {
  return [
    { role: 'SERIAL_PLATE', texts: { en: 'Serial plate', de: 'Typenschild' }, state: 'needed', sha256: null },
    { role: 'CONDITION', texts: { en: 'Whole unit', de: 'Ganze Einheit' }, state: 'needed', sha256: null },
    { role: 'SPARE', texts: { en: 'Spare', de: 'Reserve' }, state: 'spare', sha256: null },
  ];
}

export function newChips(): FindingChip[] {
  return [
    { command: 'PICK-5', key: '5', finding: 'SCRATCHED', on: false },
    { command: 'PICK-6', key: '6', finding: 'USED', on: false },
    { command: 'PICK-7', key: '7', finding: 'PART_MISSING', on: false },
    { command: 'PICK-8', key: '8', finding: null, on: false },
  ];
}

export function devices(now: string): DeviceView[] {
  const device = (kind: string, place: string): DeviceView => ({
    device: kind,
    kind,
    place,
    well: true,
    state: { code: `${kind}-working`, args: { place } },
    last_seen: now,
    simulated: true,
    test: null,
  });
  return [
    device('scanner', '/dev/pts/7'),
    device('camera', 'http://127.0.0.1:8090/cam'),
    device('printer', '/tmp/labels'),
    device('scale', '/dev/pts/9'),
  ];
}

/** A picture of a label, drawn; the real one is a PNG at 203 dpi. */
export function labelPicture(number: string, words: string | null): string {
  const small = words === null;
  const [wide, high] = small ? [408, 200] : [800, 400];
  const bars = Array.from({ length: 60 }, (_, i) => (i * 7 + 3) % 11)
    .map(
      (n, i) =>
        `<rect x="${(wide / 66) * (i + 3)}" y="${high * 0.62}" width="${n % 3 === 0 ? 2 : 4}" height="${high * 0.24}"/>`,
    )
    .join('');
  const title =
    words === null
      ? ''
      : `<text x="${wide * 0.06}" y="${high * 0.25}" font-size="${high * 0.2}" font-weight="800">${words}</text>`;
  const text = `<text x="${wide * 0.06}" y="${high * 0.5}" font-size="${high * (small ? 0.2 : 0.16)}" font-weight="700">${number}</text>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${wide} ${high}" font-family="Inter,sans-serif"><rect width="${wide}" height="${high}" fill="#fff"/>${title}${text}${bars}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
