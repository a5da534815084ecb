import type {
  Coded,
  ContestSide,
  FoundUnit,
  IncidentView,
  OpenUnit,
  ReadingView,
  Reply,
  Request,
  ReviewDetail,
  ReviewRow,
  SyncView,
  UnitHead,
} from '../types';
import type { SimulatedBench } from './bench';
import { insightOf } from './figures';
import * as goods from './goods';
import { Instruments, makers } from './instruments';
import { Scanners } from './scanners';
import { blindView, explained, matches } from './judged';
import { say } from './views';

/** The rooms beside the simulated bench. */
export class SimulatedRooms {
  #rows: ReviewRow[];
  #scanners = new Scanners();
  #instruments = new Instruments();
  #readings: ReadingView[] = [
    {
      id: 'Code 128/12/carrier FedEx|product',
      symbology: 'Code 128',
      length: 12,
      readings: [say('reading-tracking', { carrier: 'FedEx' }), say('reading-any-product')],
      chosen: say('reading-tracking', { carrier: 'FedEx' }),
    },
  ];
  #unseen: IncidentView[] = [];
  /** What was done to a unit since, over what it was. */
  #since = new Map<string, Partial<ReviewDetail>>();

  constructor(private readonly bench: SimulatedBench) {
    this.#rows = [
      row('a', 3887, 'Tavla 11 tablet 256 GB', 'C', 'LIQUIDATE', 'VALUE_OVER_LIMIT', 26, 1120, 'KW'),
      row('b', 3902, 'Senda 15 laptop, 16 GB', 'A', 'RESTOCK', 'GRADE_OVERRIDDEN', 3, 1070, 'TO'),
      row('c', 7702, 'Orra watch 44 mm, LTE', 'B', 'RESTOCK_B', 'GRADE_OVERRIDDEN', 9, 680, 'MB'),
      row('d', 7711, 'Orra watch 44 mm, LTE', 'C', 'LIQUIDATE', 'FRAUD_SIGNAL', 31, 520, 'MB'),
      row('e', 7719, 'Halden ski jacket, M L', null, null, 'SAMPLE', 5, 310, 'MB'),
    ];
  }

  answer(request: Request): Reply {
    switch (request.ask) {
      case 'review-queue':
        return { reply: 'review-queue', body: { rows: [...this.#rows] } };
      case 'review-unit':
        return { reply: 'review-unit', body: this.#detail(request.unit) };
      case 'review-decide':
        if (request.outcome !== 'APPROVED' && request.reason === null) throw refusal('review-incomplete');
        if (this.#detail(request.unit).blocked !== null) throw refusal('own-grading');
        this.#drop(request.unit);
        return { reply: 'review-queue', body: { rows: [...this.#rows] } };
      case 'override-disposition':
        this.#row(request.unit).disposition = request.disposition;
        return this.#unit(request.unit);
      case 'answer-claim':
        return this.#unit(request.unit, { acceptance: request.acceptance, response: request.response });
      case 'settle-contest':
        return this.#unit(request.unit, { contest: null });
      case 'dispose-provisionally':
        return this.#unit(request.unit, { provisional: null });
      case 'note': {
        const noted = { at: new Date().toISOString(), say: say('unit-noted'), notable: false };
        const operator = this.bench.operator?.initials ?? '';
        const before = this.#detail(request.unit);
        const notes = [...before.notes, { at: noted.at, operator, text: request.text }];
        return this.#unit(request.unit, { notes, history: [...before.history, { ...noted, operator }] });
      }
      case 'void-unit': {
        const body: ReviewDetail = { ...this.#detail(request.unit), stage: 'VOIDED' };
        this.#drop(request.unit);
        return { reply: 'review-unit', body };
      }
      case 'amend-unit': {
        const { finding, remove, serial } = request;
        const before = this.#detail(request.unit);
        const others = before.findings.filter((one) => one !== finding);
        const findings = finding === null ? others : remove ? others : [...others, finding];
        return this.#unit(request.unit, { findings, serial: serial ?? before.serial });
      }
      case 'finish-task': {
        const tasks = this.#detail(request.unit).tasks.filter((task) => task !== request.task);
        return this.#unit(request.unit, { tasks });
      }
      case 'swap-labels':
        if (!/^0417/.test(request.other.replace(/\D/g, ''))) throw refusal('unit-unknown');
        return this.#unit(request.unit);
      case 'matches-for':
        return { reply: 'matches', body: structuredClone(matches) };
      case 'match-unit':
        this.#row(request.unit).head.rma = request.rma;
        return this.#unit(request.unit, { matched: 'MATCHED_LATER' });
      case 'blind-regrade': {
        const body = blindView(this.#row(request.unit).head, request);
        if (body.result !== null) this.#unit(request.unit, { blind_wanted: false, blind: body.result });
        return { reply: 'blind', body };
      }
      case 'explain-unit':
        return { reply: 'explained', body: explained };
      case 'evidence-pack': {
        const lpn = this.#row(request.unit).head.lpn?.replaceAll('-', '') ?? '';
        const path = `/var/lib/returns-station/packs/${lpn}.evidence.zip`;
        return { reply: 'pack', body: { path, events: 12, photos: 2, sha256: '9f2c77a0'.repeat(8) } };
      }
      case 'containers':
        return { reply: 'containers', body: this.bench.containers.list() };
      case 'container':
        return { reply: 'container', body: this.bench.containers.detail(request.container) };
      case 'close-container':
        return { reply: 'container', body: this.bench.containers.close(request.container) };
      case 'ship-container':
        return { reply: 'container', body: this.bench.containers.ship(request.container) };
      case 'print-contents':
        return { reply: 'container', body: this.bench.containers.print(request.container) };
      case 'insight':
        return { reply: 'insight', body: insightOf(request.insight, request.from) };
      case 'open-units':
        return { reply: 'open-units', body: this.#openUnits() };
      case 'hold-unit':
        this.#row(request.unit).head.holds.push(request.reason);
        return { reply: 'review-unit', body: this.#detail(request.unit) };
      case 'release-unit': {
        const head = this.#row(request.unit).head;
        head.holds = head.holds.filter((hold) => hold !== request.reason);
        return { reply: 'review-unit', body: this.#detail(request.unit) };
      }
      case 'find':
        return { reply: 'found', body: this.#find(request.query) };
      case 'readings':
        return { reply: 'readings', body: [...this.#readings] };
      case 'forget-reading':
        this.#readings = this.#readings.filter((reading) => reading.id !== request.id);
        return { reply: 'readings', body: [...this.#readings] };
      case 'incident-seen':
        this.#unseen = this.#unseen.filter((one) => one.id !== request.incident);
        return { reply: 'sync', body: this.#sync() };
      case 'sync':
      case 'sync-now':
      case 'fetch-again':
        return { reply: 'sync', body: this.#sync() };
      case 'devices':
        return this.#devices();
      case 'camera-check':
        return { reply: 'camera-check', body: this.#instruments.check() };
      case 'mat-take':
      case 'mat-forget':
        this.#instruments.takeMat(request.ask === 'mat-take');
        return { reply: 'camera-check', body: this.#instruments.check() };
      case 'camera-save':
        this.#instruments.saveCamera(request.setup);
        return this.#devices();
      case 'camera-remove':
        this.#instruments.remove('camera');
        return this.#devices();
      case 'scale-save':
        this.#instruments.saveScale(request.setup, this.#scanners.pluggedIn(request.bind));
        return this.#devices();
      case 'scale-remove':
        this.#instruments.remove('scale');
        return this.#devices();
      case 'scanner-codes':
        return { reply: 'scanner-codes', body: makers };
      case 'scale':
      case 'scale-adjust':
        return {
          reply: 'scale',
          body: { say: { code: 'scale-stable', args: { shown: '612 g' } }, grams: 612, net: false },
        };
      case 'scanner-path':
        this.#scanners.setPath(request.device, request.path);
        return this.#devices();
      case 'scanner-save':
        this.#scanners.save(request.setup, request.bind);
        return this.#devices();
      case 'scanner-remove':
        this.#scanners.remove(request.device);
        return this.#devices();
      case 'scanner-raw':
        return { reply: 'scanner-raw', body: this.#scanners.raw(request.after) };
      case 'test-code':
        return { reply: 'test-code', body: this.#scanners.testCode() };
      default:
        throw refusal('not-now');
    }
  }

  #devices(): Reply {
    return { reply: 'devices', body: this.#instruments.view(this.#scanners.view()) };
  }

  #drop(unit: string): void {
    this.#rows = this.#rows.filter((one) => one.head.unit !== unit);
  }

  /** The unit as it is after something was done to it. */
  #unit(unit: string, since: Partial<ReviewDetail> = {}): Reply {
    this.#since.set(unit, { ...this.#since.get(unit), ...since });
    return { reply: 'review-unit', body: this.#detail(unit) };
  }

  #openUnits(): OpenUnit[] {
    return this.#rows.map((one) => ({
      head: one.head,
      stage: 'GRADED',
      clock: { now: '612.40 EUR', per_hour: `${(one.centicents_per_hour / 10_000).toFixed(2)} EUR` },
      centicents_per_hour: one.centicents_per_hour,
      since: one.since,
    }));
  }

  #row(unit: string): ReviewRow {
    const found = this.#rows.find((one) => one.head.unit === unit);
    if (found === undefined) throw refusal('no-review');
    return found;
  }

  #detail(unit: string): ReviewDetail {
    const found = this.#row(unit);
    const at = (minutes: number) => new Date(Date.parse(found.since) - minutes * 60_000).toISOString();
    return {
      row: structuredClone(found),
      stage: 'GRADED',
      findings: ['CRACKED', 'ACCOUNT_LOCKED'],
      serial: 'TV11-77K-2041',
      serial_shipped: 'TV11-77K-2041',
      price: '629.00 €',
      photos: [
        {
          role: 'CONDITION',
          texts: { en: 'Whole unit', de: 'Ganze Einheit' },
          state: 'taken',
          sha256: 'tablet',
        },
        {
          role: 'SERIAL_PLATE',
          texts: { en: 'Serial plate', de: 'Typenschild' },
          state: 'taken',
          sha256: 'serial_plate',
        },
      ],
      decision: {
        disposition: found.disposition ?? 'QUARANTINE',
        settlement: 'PARTIAL_REFUND',
        why: [say('why-row-allows', { row: '63', dispositions: 'LIQUIDATE' })],
        policy: 'P-118',
        row: '63',
        recovered: '238.00 €',
        next_best: { disposition: 'REFURBISH', less_by: '21.00 €', forbidden_by: null },
        preference: { asked: 'REFUND', outcome: 'HONOURED', say: null, texts: null },
        derogation: null,
        sentences: {},
      },
      history: [
        {
          at: at(9),
          say: say('unit-received', { intake: 'RMA' }),
          operator: found.grader,
          notable: false,
        },
        {
          at: at(6),
          say: say('unit-finding-added', { finding: 'CRACKED' }),
          operator: found.grader,
          notable: true,
        },
        {
          at: at(5),
          say: say('unit-finding-added', { finding: 'ACCOUNT_LOCKED' }),
          operator: found.grader,
          notable: true,
        },
        {
          at: at(1),
          say: say('unit-graded', { grade: found.grade ?? 'X' }),
          operator: found.grader,
          notable: false,
        },
        {
          at: at(0),
          say: say('unit-review-requested', { causes: found.causes[0] ?? 'POLICY' }),
          operator: found.grader,
          notable: false,
        },
      ],
      blocked:
        this.bench.operator?.role === 'GRADER'
          ? say('supervisor-only')
          : found.grader === this.bench.operator?.initials
            ? say('own-grading')
            : null,
      allowed: ['LIQUIDATE', 'REFURBISH', 'HARVEST_PARTS', 'RECYCLE', 'QUARANTINE'],
      seen: `event-${unit}`,
      signals: [],
      clock: { now: '612.40 EUR', per_hour: '0.11 EUR' },
      contest: null,
      blind: null,
      blind_wanted: false,
      tasks: [],
      acceptance: 'PENDING',
      response: null,
      matched: 'MATCHED',
      function: 'F2',
      cosmetic: 'C3',
      provisional: null,
      notes: [],
      ...this.#more(unit, found),
      ...this.#since.get(unit),
    };
  }

  /** One unit has everything that can be wrong with it, one waits for a blind second inspection. */
  #more(unit: string, found: ReviewRow): Partial<ReviewDetail> {
    if (unit === 'd') {
      return {
        signals: [
          {
            kind: 'WEIGHT_MISMATCH',
            say: say('signal-weight-mismatch', { expected: '254', found: '131' }),
          },
          { kind: 'LABEL_COPIED', say: say('signal-label-copied', { station: 'LEJ2-B01', label: 'R-77' }) },
        ],
        contest: {
          first: side('e1', 'LIQUIDATE', 'C', 'MB', 'LEJ2-B02', found.since),
          second: side('e2', 'RESTOCK_B', 'B', 'JS', 'LEJ2-B05', found.since),
        },
        tasks: ['MATCHED_AFTER_STAGING'],
        matched: 'UNMATCHED',
        provisional: 'QUARANTINE',
      };
    }
    if (found.causes.includes('SAMPLE')) {
      const hidden = found.grader !== this.bench.operator?.initials;
      return {
        blind_wanted: hidden,
        ...(hidden ? { findings: [], decision: null, history: [], function: null, cosmetic: null } : {}),
      };
    }
    return {};
  }

  #find(query: string): FoundUnit[] {
    const wanted = query.toLowerCase();
    return this.#rows
      .filter((one) =>
        `${one.head.title} ${one.head.lpn ?? ''} ${one.head.rma ?? ''}`.toLowerCase().includes(wanted),
      )
      .map((one) => ({
        head: one.head,
        stage: 'GRADED',
        grade: one.grade,
        disposition: one.disposition,
        location: 'RS-SHELF-2',
        history: this.#detail(one.head.unit).history,
      }));
  }

  #sync(): SyncView {
    const waiting = this.bench.unsent;
    return {
      line: this.bench.online ? 'online' : 'offline',
      since: this.bench.line_since,
      head_office: 'https://head-office.example:8443',
      trouble: this.bench.online ? null : say('line-unreachable'),
      next_try: null,
      lanes: [
        { lane: 'events', waiting, oldest: waiting === 0 ? null : this.bench.line_since, sent: 4318 },
        { lane: 'thumbnails', waiting: 0, oldest: null, sent: 67 },
        {
          lane: 'photos',
          waiting: waiting * 2,
          oldest: waiting === 0 ? null : this.bench.line_since,
          sent: 67,
        },
      ],
      feeds: ['rmas', 'documents', 'catalogue', 'operators', 'units'].map((feed, i) => ({
        feed,
        current_at: this.bench.line_since,
        items: 24 + i,
      })),
      refused: [],
      incidents: this.#unseen,
      kept: [
        { attention: false, say: say('kept-reserve-held', { mib: '64' }) },
        { attention: false, say: say('kept-backup-made', { folder: '/mnt/second', hours: '3' }) },
      ],
    };
  }
}

function side(
  event: string,
  disposition: ContestSide['disposition'],
  grade: ContestSide['grade'],
  operator: string,
  station: string,
  at: string,
): ContestSide {
  return { event, disposition, grade, operator, station, at };
}

function refusal(code: string): Coded {
  return { code, args: {} };
}

function row(
  unit: string,
  counter: number,
  title: string,
  grade: ReviewRow['grade'],
  disposition: ReviewRow['disposition'],
  cause: ReviewRow['causes'][number],
  hours: number,
  centicents_per_hour: number,
  grader: string,
): ReviewRow {
  const head: UnitHead = {
    unit,
    lpn: goods.lpn(counter),
    title,
    sku: null,
    rma: '26-118341',
    owner: 'NLK',
    reason: 'CHANGED_MIND',
    preference: 'REFUND',
    holds: [],
    saved: 'sent',
  };
  const since = new Date(Date.now() - hours * 3_600_000).toISOString();
  return {
    head,
    grade,
    disposition,
    causes: [cause],
    station: 'LEJ2-B02',
    grader,
    since,
    centicents_per_hour,
    waits_for: [cause === 'SAMPLE' ? 'blind' : 'review'],
  };
}
