import { expect, test } from 'vitest';
import type { InsightName, InsightView } from '../../platform/types';
import { insightOf } from '../../platform/simulated/figures';
import { amount, csv, drawing, insightNames, shown } from './figures';

const view = (more: Partial<InsightView>): InsightView => ({
  insight: 'dispositions',
  columns: [
    { key: 'disposition', kind: 'code' },
    { key: 'units', kind: 'count' },
  ],
  rows: [],
  units: 0,
  at: '2026-11-22T10:00:00Z',
  sources: [],
  ...more,
});

test('money comes in minor units, all else as it is', () => {
  expect(amount('money', 123_456)).toBe(1234.56);
  expect(amount('count', 7)).toBe(7);
  expect(shown('money', 123_450, 'en')).toBe('1,234.50');
  expect(shown('percent', 46.26, 'de')).toBe('46,3');
  expect(shown('number', 0.876, 'en')).toBe('0.88');
});

test('CSV: codes as stored, numbers with a point, quotes doubled, no formula', () => {
  const table = view({
    columns: [
      { key: 'product', kind: 'text' },
      { key: 'value', kind: 'money' },
      { key: 'co2', kind: 'kilograms' },
    ],
    rows: [
      ['Lamp, "LED"', 1250, -901.2],
      ['=HYPERLINK("x")', null, 3],
      ['-cmd', 0, 0],
    ],
  });
  expect(csv(table)).toBe(
    'product,value,co2\r\n"Lamp, ""LED""",12.5,-901.2\r\n"\'=HYPERLINK(""x"")",,3\r\n\'-cmd,0,0\r\n',
  );
});

test('reason against finding is a map of heat, by rows or by columns', () => {
  const long = drawing(
    view({
      insight: 'reason-by-finding',
      columns: [
        { key: 'reason', kind: 'code' },
        { key: 'finding', kind: 'code' },
        { key: 'units', kind: 'count' },
      ],
      rows: [
        ['TOO_SMALL', 'USED', 2],
        ['TOO_SMALL', 'STAIN', 1],
        ['DEFECTIVE', 'STAIN', 5],
      ],
    }),
  );
  expect(long).toEqual({
    kind: 'heat',
    rows: ['TOO_SMALL', 'DEFECTIVE'],
    columns: ['USED', 'STAIN'],
    cells: [
      [0, 0, 2],
      [1, 0, 1],
      [1, 1, 5],
    ],
  });
  const wide = drawing(
    view({
      insight: 'reason-by-finding',
      columns: [
        { key: 'reason', kind: 'code' },
        { key: 'USED', kind: 'count' },
        { key: 'STAIN', kind: 'count' },
      ],
      rows: [
        ['TOO_SMALL', 2, 1],
        ['DEFECTIVE', null, 5],
      ],
    }),
  );
  expect(wide).toEqual(long);
});

test('bars are of the figure that the table is about', () => {
  const drawn = drawing(insightOf('recovery', null));
  expect(drawn).toMatchObject({ kind: 'bars', column: { key: 'share' }, values: [92, 71, 85, 23] });
});

test('nothing is drawn of nothing, nor of a single number', () => {
  expect(drawing(view({}))).toBeNull();
  expect(drawing(view({ rows: [['RESTOCK', 4]] }))).toBeNull();
  expect(drawing(view({ rows: [['RESTOCK', 4], ['DONATE', null]] }))).toBeNull(); // prettier-ignore
});

test('every figure stands in the list once', () => {
  const all: Record<InsightName, true> = {
    'reason-by-finding': true,
    dispositions: true,
    recovery: true,
    'dock-to-disposition': true,
    'units-per-hour': true,
    'no-fault-found': true,
    'agreement-by-grader': true,
    'agreement-by-question': true,
    diversion: true,
    'avoidable-reasons': true,
  };
  expect([...insightNames].sort()).toEqual(Object.keys(all).sort());
});
