import type {
  Coded,
  DevicesView,
  FoundUnit,
  Reply,
  Request,
  ReviewDetail,
  ReviewRow,
  SyncView,
  UnitHead,
} from '../types';
import type { SimulatedBench } from './bench';
import * as goods from './goods';
import { say } from './views';

/** The rooms beside the simulated bench. */
export class SimulatedRooms {
  #rows: ReviewRow[];
  #scanner = '/dev/pts/7';

  constructor(private readonly bench: SimulatedBench) {
    this.#rows = [
      row('a', 3887, 'Tavla 11 tablet 256 GB', 'C', 'LIQUIDATE', 'VALUE_OVER_LIMIT', 26, 1120, 'KW'),
      row('b', 3902, 'Senda 15 laptop, 16 GB', 'A', 'RESTOCK', 'SAMPLE', 3, 1070, 'TO'),
      row('c', 7702, 'Orra watch 44 mm, LTE', 'B', 'RESTOCK_B', 'GRADE_OVERRIDDEN', 9, 680, 'MB'),
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
        this.#rows = this.#rows.filter((one) => one.head.unit !== request.unit);
        return { reply: 'review-queue', body: { rows: [...this.#rows] } };
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
      case 'sync':
      case 'sync-now':
        return { reply: 'sync', body: this.#sync() };
      case 'devices':
        return { reply: 'devices', body: this.#devices() };
      case 'scanner-path':
        this.#scanner = request.path;
        return { reply: 'devices', body: this.#devices() };
      default:
        throw refusal('not-now');
    }
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
      blocked: found.grader === this.bench.operator?.initials ? say('own-grading') : null,
      allowed: ['LIQUIDATE', 'REFURBISH', 'HARVEST_PARTS', 'RECYCLE', 'QUARANTINE'],
    };
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
    };
  }

  #devices(): DevicesView {
    const devices = goods.devices(new Date().toISOString());
    const scanner = devices[0];
    if (scanner !== undefined) scanner.place = this.#scanner;
    return { devices, ports: ['/dev/ttyUSB0', '/dev/ttyACM0'] };
  }
}

function refusal(code: string): Coded {
  return { code, args: {} };
}

function row(
  unit: string,
  counter: number,
  title: string,
  grade: NonNullable<ReviewRow['grade']>,
  disposition: NonNullable<ReviewRow['disposition']>,
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
  };
}
