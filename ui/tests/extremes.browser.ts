import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SimulatedBench } from '../src/platform/simulated/bench';
import type { Choice, Notice, Screen, Stage, UnitHead } from '../src/platform/types';
import { pageFile, startBrowser, type Look } from './browser';
import { look } from './look';

// Screens at their fullest, given to the page by a bench over HTTP: nothing may be cut off or stand beside the page.
let browser: Browser;
let server: Server;
let url: string;
let screen: Screen;
let ears: ServerResponse[] = [];
let asked: unknown[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const place = new URL(request.url ?? '/', 'http://page').pathname;
    if (place === '/ask') {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        asked.push(JSON.parse(body));
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ reply: 'screen', body: screen }));
      });
    } else if (place === '/notices') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(': here\n\n');
      ears.push(response);
    } else if (place.startsWith('/frame/') || place.startsWith('/photo/')) {
      response.writeHead(200, { 'content-type': 'image/svg+xml' });
      response.end(
        '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"><rect width="640" height="480" fill="#888"/></svg>',
      );
    } else {
      void pageFile(place, response);
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/?seam=http`;
  browser = await startBrowser();
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  for (const ear of ears) ear.end();
  ears = [];
  asked = [];
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

const longTitle = 'Halden all-weather hiking jacket with detachable hood, women, size M, storm blue';
const unit: UnitHead = {
  unit: '0198f6a2-0000-7000-8000-000000000001',
  lpn: '04173-00927-75',
  title: longTitle,
  sku: 'HRJ-W-M-STORM',
  rma: 'RMA-2026-0001184023',
  owner: 'NLK',
  reason: 'NOT_AS_DESCRIBED',
  preference: 'RETURN_TO_ME',
  holds: ['BATTERY', 'UNKNOWN_ITEM', 'SUPERVISOR'],
  saved: 'here',
};
const qr = { size: 21, path: 'M0 0h7v7h-7zM14 0h7v7h-7zM0 14h7v7h-7z' };
const choice = (command: string, key: string, en: string, de: string): Choice => ({
  command,
  key,
  texts: { en, de },
  say: null,
  effect: { code: 'effect-hold', args: { hold: 'UNKNOWN_ITEM' } },
  suggested: false,
  disabled: null,
  qr,
});
const photos = ['SERIAL_PLATE', 'CONDITION', 'PACKAGING'].map(
  (role, i) =>
    ({ role, texts: {}, state: i === 0 ? 'taken' : 'needed', sha256: i === 0 ? 'ab' : null }) as const,
);
const label = {
  disposition: 'WARRANTY_SERVICE',
  lpn: '04173-00927-75',
  print_number: 2,
  png: '',
  pending: true,
  stuck: true,
} as const;

const nine = Array.from({ length: 8 }, (_, i) =>
  choice(
    `PICK-${i + 1}`,
    String(i + 1),
    `${longTitle.slice(0, 46)}, RMA-2026-000118${i}`,
    `Regenjacke Größe M, RMA-2026-000118${i}`,
  ),
);
const stages: Record<string, Stage> = {
  'locked-out': {
    stage: 'sign-in',
    operator: { initials: 'KW', role: 'GRADER' },
    digits: 12,
    locked_seconds: 840,
  },
  'nine-choices': {
    stage: 'pick',
    ask: { code: 'ask-which-line', args: {} },
    code: '(01)09520123400149(21)71K9-3F21-0098-417(10)L247',
    unit,
    choices: [...nine, choice('CANCEL', 'Esc', 'Cancel', 'Abbrechen')],
  },
  'long-question': {
    stage: 'question',
    unit,
    texts: {
      en: 'Is the serial on the plate the one that the return label names, digit by digit?',
      de: 'Ist die Seriennummer auf dem Typenschild genau die, die der Retourenschein nennt?',
    },
    hint: {
      en: 'Look under the left ear pad. Scan the plate if it has a code.',
      de: 'Unter dem linken Polster. Das Schild scannen, wenn es einen Code hat.',
    },
    picture: null,
    number: 12,
    of: 14,
    ladder: (['X', 'D', 'C', 'B', 'A'] as const).map((grade, i) => ({
      grade,
      state: i < 2 ? 'done' : i === 2 ? 'now' : 'to-come',
    })),
    choices: [
      choice('YES', 'Y', 'Yes', 'Ja'),
      choice('NO', 'N', 'No', 'Nein'),
      choice('PICK-3', '3', 'Cannot be read', 'Nicht lesbar'),
      choice('PICK-4', '4', 'There is none', 'Es gibt keine'),
    ],
    chips: (['WARRANTY_CARD_MISSING', 'PACKAGING_DAMAGE', 'COUNTERFEIT_SUSPECT', null] as const).map(
      (finding, i) => ({
        command: `PICK-${i + 5}`,
        key: String(i + 5),
        finding,
        on: i === 1,
      }),
    ),
  },
  // Nine answers have the digits; what else was seen has other keys.
  'nine-answers': {
    stage: 'question',
    unit,
    texts: {
      en: 'Which fault does it show?',
      de: 'Welchen Fehler zeigt es?',
    },
    hint: {
      en: 'Try what the customer described, for one minute.',
      de: 'Eine Minute lang versuchen, was die Kundschaft beschrieb.',
    },
    picture: 'power-on',
    number: 7,
    of: 14,
    ladder: (['X', 'D', 'C', 'B', 'A'] as const).map((grade, i) => ({
      grade,
      state: i < 1 ? 'done' : i === 1 ? 'now' : 'to-come',
    })),
    choices: Array.from({ length: 9 }, (_, i) =>
      choice(`PICK-${i + 1}`, String(i + 1), `Does not charge, way ${i + 1}`, `Lädt nicht, Art ${i + 1}`),
    ),
    chips: (['WARRANTY_CARD_MISSING', 'PACKAGING_DAMAGE', 'COUNTERFEIT_SUSPECT', null] as const).map(
      (finding, i) => ({ command: `MARK-${i + 1}`, key: 'QWRT'[i] ?? '', finding, on: i === 1 }),
    ),
  },
  'full-arrivals': {
    stage: 'arrivals',
    arrived: Array.from({ length: 9 }, (_, i) => ({
      tracking: i === 3 ? null : '00340434161094042557',
      rmas: ['RMA-2026-0001184023', 'RMA-2026-0001184024'],
      at: '2026-11-21T14:00:00Z',
      again: i === 1,
    })),
    today: 1047,
    waiting: 312,
  },
  'full-work': {
    stage: 'work',
    unit,
    findings: ['WARRANTY_CARD_MISSING', 'PACKAGING_DAMAGE', 'COUNTERFEIT_SUSPECT', 'SCRATCHED'],
    work: {
      since: '2026-11-21T13:20:00Z',
      choices: [
        choice('PICK-1', '1', 'Done, it is as good as it gets', 'Erledigt, besser wird es nicht'),
        choice('PICK-2', '2', 'Not possible here', 'Hier nicht möglich'),
        choice('PICK-3', '3', 'A part is missing', 'Ein Teil fehlt'),
      ],
    },
  },
  'full-container': {
    stage: 'container',
    container: {
      container: {
        container: 'c',
        code: 'P-0231-LEJ2-EU',
        state: 'OPEN',
        disposition: 'WARRANTY_SERVICE',
        owner: 'NLK',
        units: 214,
      },
      contents: Array.from({ length: 214 }, (_, i) => ({
        unit: `u${i}`,
        lpn: '04173-00927-75',
        title: longTitle,
        sku: 'HRJ-W-M-STORM',
        serial: null,
        grade: 'C',
        blocked: i === 99,
      })),
      blocked: { code: 'units-blocked', args: { lpns: '04173-00927-75, 04173-00928-72, 04173-00929-69' } },
      printed: null,
    },
    choices: [
      { ...choice('CLOSE', 'F7', '', ''), texts: null, disabled: { code: 'units-blocked', args: {} } },
      {
        ...choice('SHIP', 'S', '', ''),
        texts: null,
        disabled: { code: 'wrong-container-state', args: { state: 'OPEN' } },
      },
      { ...choice('REPRINT', 'F5', '', ''), texts: null },
      { ...choice('CANCEL', 'Esc', '', ''), texts: null },
    ],
  },
  'german-question': {
    stage: 'question',
    unit,
    texts: {
      en: 'Anything on it that can hurt or infect a person?',
      de: 'Ist etwas daran, das verletzen oder anstecken kann?',
    },
    hint: {
      en: 'Pins, blood, mould, pests. Wear gloves.',
      de: 'Nadeln, Blut, Schimmel, Ungeziefer. Handschuhe tragen.',
    },
    picture: null,
    number: 1,
    of: 7,
    ladder: [],
    choices: [choice('YES', 'Y', 'Yes', 'Ja'), choice('NO', 'N', 'No, another one', 'Nein, ein anderes')],
    chips: (['STAIN', 'ODOUR', 'PACKAGING_DAMAGE', null] as const).map((finding, i) => ({
      command: `PICK-${i + 5}`,
      key: String(i + 5),
      finding,
      on: false,
    })),
  },
  'decision-in-review': {
    stage: 'decision',
    unit,
    grade: 'C',
    computed: 'B',
    findings: ['WARRANTY_CARD_MISSING', 'PACKAGING_DAMAGE', 'COUNTERFEIT_SUSPECT', 'SCRATCHED'],
    decision: {
      disposition: 'WARRANTY_SERVICE',
      settlement: 'PARTIAL_REFUND',
      why: [
        {
          code: 'why-gate-forbids',
          args: { row: 'G-07', dispositions: 'RESTOCK, RESTOCK_B', gate: 'HYGIENE' },
        },
        {
          code: 'why-row-allows',
          args: { row: 'ELEC-41', dispositions: 'WARRANTY_SERVICE, REFURBISH, LIQUIDATE' },
        },
        { code: 'why-best-value', args: { disposition: 'WARRANTY_SERVICE' } },
        { code: 'why-value-over-limit', args: {} },
      ],
      policy: 'P-118',
      row: 'G-07, ELEC-41',
      recovered: '1,211.00 EUR',
      next_best: { disposition: 'HARVEST_PARTS', less_by: '996.00 EUR', forbidden_by: null },
      preference: {
        asked: 'RETURN_TO_ME',
        outcome: 'FORBIDDEN',
        say: null,
        texts: {
          en: 'We may not send back a device with a damaged battery: carriers do not take it. You get your money instead.',
          de: 'Ein Gerät mit beschädigtem Akku dürfen wir nicht zurückschicken: Paketdienste nehmen es nicht an. Stattdessen kommt das Geld zurück.',
        },
      },
      derogation: 'EU-2024-1781-25-4-B',
      sentences: {},
    },
    review: { code: 'review-pending', args: { causes: 'GRADE_OVERRIDDEN, VALUE_OVER_LIMIT' } },
    choices: [
      { ...choice('NEXT', 'Enter', '', ''), texts: null, say: { code: 'choice-to-review', args: {} } },
      { ...choice('OVERRIDE', 'F6', '', ''), texts: null, say: { code: 'choice-override', args: {} } },
      { ...choice('HOLD', 'F8', '', ''), texts: null, say: { code: 'choice-hold', args: {} } },
    ],
  },
  'label-pending': { stage: 'stick-label', unit, grade: 'X', label, container: null },
  'number-pending': { stage: 'stick-number', unit, label: { ...label, disposition: null, print_number: 0 } },
  'stow-anywhere': { stage: 'stow', unit, grade: 'D', disposition: 'HARVEST_PARTS', container: null },
  'held-for-three': {
    stage: 'held',
    unit,
    choices: [{ ...choice('NEXT', 'Enter', '', ''), texts: null, say: { code: 'choice-aside', args: {} } }],
  },
  'full-parcel': {
    stage: 'idle',
    today: { received: 1047, dispositioned: 1039, staged: 998, waiting: 41 },
    recent: Array.from({ length: 5 }, (_, i) => ({
      head: { ...unit, unit: `u${i}` },
      grade: 'B',
      disposition: 'WARRANTY_SERVICE',
      at: '2026-11-21T14:00:00Z',
    })),
    parcel: {
      tracking: '00340434161094042557',
      rmas: ['RMA-2026-0001184023', 'RMA-2026-0001184024'],
      lines: Array.from({ length: 9 }, (_, i) => ({
        title: longTitle,
        sku: `HRJ-W-M-${i}`,
        rma: 'RMA-2026-0001184023',
        expected: 12,
        received: i,
      })),
    },
    labels_pending: 3,
  },
};

function full(stage: Stage): Screen {
  const base = new SimulatedBench().screen();
  const idle = stage.stage === 'idle';
  return {
    ...base,
    revision: 10,
    status: {
      ...base.status,
      operator: stage.stage === 'sign-in' ? null : { initials: 'MBK', role: 'SUPERVISOR' },
      line: 'offline',
      line_since: '2026-11-12T09:52:00Z',
      unsent: 1214,
      oldest_unsent: '2026-11-12T09:52:00Z',
      reviews_waiting: 23,
      devices: base.status.devices.map((device, i) => ({
        ...device,
        well: i === 1,
        state: { code: i === 0 ? 'scanner-busy' : `${device.kind}-working`, args: { place: device.place } },
      })),
    },
    band: {
      tone: idle ? 'warning' : 'rejected',
      say: idle
        ? { code: 'rma-found-cancelled', args: { rma: 'RMA-2026-0001184023' } }
        : { code: 'command-not-now', args: { command: 'PARCEL-DONE' } },
      at: '2026-11-21T14:06:03Z',
      saved: idle ? 'here' : null,
      beside: {
        code: 'gs1-alone',
        args: { ai: '17', title: 'USE BY or EXPIRY', needs: '01,02,03,255,8006,8026' },
      },
      blink: 5,
    },
    stage,
    camera:
      stage.stage === 'sign-in'
        ? null
        : {
            camera: 'camera',
            state: 'looking',
            photos: idle ? [] : [...photos],
            photos_needed: 2,
            action: idle ? null : { command: 'PHOTO', key: 'F4', disabled: null },
          },
    next: { code: 'next-shelf-or-leave', args: {} },
    actions: idle
      ? [
          { command: 'NO-LABEL', key: 'B', disabled: null },
          { command: 'EMPTY-BOX', key: 'E', disabled: null },
          { command: 'PARCEL-DONE', key: 'D', disabled: null },
          { command: 'HELP', key: 'F1', disabled: null },
        ]
      : [
          { command: 'CANCEL', key: 'Esc', disabled: null },
          { command: 'HOLD', key: 'F8', disabled: { code: 'held-already', args: { reason: 'BATTERY' } } },
          { command: 'HELP', key: 'F1', disabled: null },
        ],
  };
}

async function open(at: Look): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: at.width, height: at.height } });
  const page = await context.newPage();
  await page.addInitScript(
    ([theme, language]) =>
      localStorage.setItem('returns-station.settings', JSON.stringify({ theme, language })),
    [at.theme, at.language],
  );
  await page.goto(url);
  return page;
}

function tell(notice: Notice): void {
  for (const ear of ears) ear.write(`data: ${JSON.stringify(notice)}\n\n`);
}

const looks: Look[] = [
  { theme: 'light', language: 'en', width: 1366, height: 768 },
  { theme: 'contrast', language: 'de', width: 1366, height: 768 },
];

describe.each(looks)('at its fullest, $theme, $language', (at) => {
  test.each(Object.entries(stages))('%s', async (name, stage) => {
    screen = full(stage);
    const page = await open(at);
    await page.waitForSelector(`[data-testid=stage][data-stage=${stage.stage}]`);
    await look(page, at, `extreme-${name}`);
  });
});

const [plain] = looks;

test('the page over HTTP hears notices and asks presses', async () => {
  screen = full(stages['long-question'] as Stage);
  const page = await open(plain as Look);
  await page.waitForSelector('[data-testid=stage][data-stage=question]');
  await expect.poll(() => ears.length).toBe(1);
  tell({
    notice: 'outlines',
    body: [
      {
        corners: [
          [0.1, 0.1],
          [0.9, 0.1],
          [0.9, 0.9],
          [0.1, 0.9],
        ],
        text: '9520123400149',
        fits: false,
      },
    ],
  });
  await page.waitForSelector('[data-testid=outline].fits-not');
  const later = full(stages['stow-anywhere'] as Stage);
  tell({ notice: 'screen', body: { ...later, revision: 11 } });
  await page.waitForSelector('[data-testid=stage][data-stage=stow]');
  tell({ notice: 'screen', body: { ...full(stages['long-question'] as Stage), revision: 4 } });
  tell({ notice: 'status', body: { ...later.status, unsent: 7 } });
  await page.waitForSelector('[data-testid=unsent][data-count="7"]');
  expect(await page.getAttribute('[data-testid=stage]', 'data-stage')).toBe('stow');
  await page.keyboard.press('Enter');
  await expect.poll(() => asked).toContainEqual({ ask: 'press', command: 'NEXT' });
  await page.keyboard.press('F8');
  await page.waitForSelector('.why');
  expect(asked).not.toContainEqual({ ask: 'press', command: 'HOLD' });
});

test('the camera is asked for a picture at most 12 times a second', async () => {
  screen = full(stages['stow-anywhere'] as Stage);
  const page = await open(plain as Look);
  let frames = 0;
  page.on('request', (request) => {
    if (request.url().includes('/frame/')) frames += 1;
  });
  await page.waitForSelector('[data-testid=camera] img');
  const from = performance.now();
  frames = 0;
  await page.waitForTimeout(2000);
  const seconds = (performance.now() - from) / 1000;
  expect(frames).toBeGreaterThan(2);
  expect(frames).toBeLessThanOrEqual(12 * seconds + 2);
});
