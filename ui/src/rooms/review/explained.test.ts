import { expect, test } from 'vitest';
import type { ExplainedRow } from '../../platform/types';
import { explained } from './explained';

const row = (id: string, answer: string, cell: ExplainedRow['cell']): ExplainedRow => ({
  row: id,
  layer: 'gate',
  answer,
  cell,
});
const rows = [
  row('1', 'fired', null),
  row('2', 'no', ['grade', 'A', 'C']),
  row('3', 'unknown', ['expiry', '< 0', 'UNKNOWN']),
  row('4', 'not-reached', null),
];
const ids = (filter: Parameters<typeof explained>[1]) => explained(rows, filter).map((one) => one.row);

test('fired, stopped by a cell, all', () => {
  expect(ids('fired')).toEqual(['1']);
  expect(ids('almost')).toEqual(['2', '3']);
  expect(ids('all')).toEqual(['1', '2', '3', '4']);
});
