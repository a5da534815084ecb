import type { InsightCell, InsightColumn, InsightName, InsightView } from '../types';

type Table = { columns: InsightColumn[]; rows: InsightCell[][]; sources?: string[] };

const code = (key: string): InsightColumn => ({ key, kind: 'code' });
const text = (key: string): InsightColumn => ({ key, kind: 'text' });
const count = (key: string): InsightColumn => ({ key, kind: 'count' });
const percent = (key: string): InsightColumn => ({ key, kind: 'percent' });
const money = (key: string): InsightColumn => ({ key, kind: 'money' });
const hours = (key: string): InsightColumn => ({ key, kind: 'hours' });
const kilograms = (key: string): InsightColumn => ({ key, kind: 'kilograms' });
const number = (key: string): InsightColumn => ({ key, kind: 'number' });

const seen = [
  'NO_FAULT_FOUND',
  'USED',
  'SCRATCHED',
  'NOT_POWERING_ON',
  'PART_MISSING',
  'PRODUCT_MISMATCH',
  'SEAL_BROKEN',
];
const said: [string, number[]][] = [
  ['TOO_SMALL', [182, 21, 3, 0, 2, 4, 9]],
  ['TOO_LARGE', [96, 14, 2, 0, 1, 2, 6]],
  ['CHANGED_MIND', [141, 58, 22, 1, 9, 3, 71]],
  ['NOT_AS_DESCRIBED', [38, 9, 6, 2, 5, 31, 12]],
  ['DEFECTIVE', [64, 17, 12, 88, 7, 2, 15]],
  ['DAMAGED_TRANSIT', [4, 2, 29, 6, 3, 1, 5]],
  ['WRONG_ITEM', [2, 1, 0, 0, 1, 54, 2]],
  ['MISSING_PARTS', [11, 3, 1, 0, 39, 1, 8]],
];

const tables: Record<InsightName, Table> = {
  'reason-by-finding': {
    columns: [code('reason'), code('finding'), count('units')],
    rows: said.flatMap(([reason, counts]) => counts.map((n, i) => [reason, seen[i] ?? '', n])),
  },
  dispositions: {
    columns: [code('disposition'), text('category'), count('units'), percent('share')],
    rows: [
      ['RESTOCK', 'ELECTRONICS', 262, 52.5],
      ['RESTOCK_B', 'ELECTRONICS', 119, 23.8],
      ['REFURBISH', 'ELECTRONICS', 48, 9.6],
      ['LIQUIDATE', 'HOME', 55, 11],
      ['RECYCLE', 'MEDIA', 15, 3],
    ],
  },
  recovery: {
    columns: [
      text('category'),
      code('grade'),
      count('units'),
      text('currency'),
      money('value'),
      money('recovered'),
      percent('share'),
    ],
    rows: [
      ['ELECTRONICS', 'A', 88, 'EUR', 4_218_050, 3_880_600, 92],
      ['ELECTRONICS', 'B', 41, 'EUR', 1_904_000, 1_351_840, 71],
      ['APPAREL', 'A', 203, 'EUR', 1_218_000, 1_035_300, 85],
      ['APPAREL', 'C', 17, 'EUR', 92_300, 21_229, 23],
    ],
  },
  'dock-to-disposition': {
    columns: [text('category'), count('units'), hours('median'), hours('p90'), hours('mean')],
    rows: [
      [null, 445, 3.1, 12.6, 5.4],
      ['ELECTRONICS', 129, 5.8, 24.1, 9.3],
      ['APPAREL', 220, 2.4, 8.8, 3.9],
      ['FOOTWEAR', 96, 2.1, 7.2, 3.1],
    ],
  },
  'units-per-hour': {
    columns: [code('step'), count('units'), hours('hours'), number('per_hour')],
    rows: [
      ['RECEIVED', 447, 11.2, 39.9],
      ['GRADED', 431, 17.9, 24.1],
      ['LABELLED', 428, 12.4, 34.5],
      ['STAGED', 420, 9.8, 42.9],
    ],
  },
  'no-fault-found': {
    columns: [
      text('category'),
      text('product'),
      code('sku'),
      count('claims'),
      count('no_fault'),
      percent('share'),
    ],
    rows: [
      ['ELECTRONICS', 'Aurel WH-900 headphones', 'WH900-BK', 41, 19, 46.3],
      ['HOME', 'Kettra kettle 1.7 L', 'KK17', 22, 4, 18.2],
      ['ELECTRONICS', 'Tavla 11 tablet 256 GB', 'TV11', 19, 3, 15.8],
    ],
  },
  'agreement-by-grader': {
    columns: [text('grader'), count('pairs'), percent('agree'), number('kappa')],
    rows: [
      ['KW', 34, 91.2, 0.87],
      ['MB', 28, 82.1, 0.74],
      ['TO', 12, 100, 1],
    ],
  },
  'agreement-by-question': {
    columns: [text('question'), count('pairs'), percent('agree'), number('kappa')],
    rows: [
      ['powers-on', 33, 97, 0.94],
      ['light-marks', 33, 78.8, 0.58],
    ],
  },
  diversion: {
    columns: [
      code('disposition'),
      count('units'),
      kilograms('kilograms'),
      kilograms('co2'),
      percent('kept_from_landfill'),
    ],
    rows: [
      ['RESTOCK', 262, 318.4, -901.2, 100],
      ['LIQUIDATE', 55, 71.3, -122.8, 97],
      ['RECYCLE', 15, 22.9, 8.1, 81],
    ],
    sources: ['Example factors of the simulated bench, not of any body'],
  },
  'avoidable-reasons': { columns: [text('product'), code('reason'), count('units')], rows: [] },
};

/** Figures of a shift that never was. */
export function insightOf(insight: InsightName, from: string | null): InsightView {
  const { columns, rows, sources } = tables[insight];
  const units = rows.length === 0 ? 0 : from === null ? 1304 : 499;
  return { insight, columns, rows, units, at: new Date().toISOString(), sources: sources ?? [] };
}
