import type { ExplainedRow } from '../../platform/types';

/** Which rows of the policy are looked at: those that fired, those that nearly did, all. */
export const filters = ['fired', 'almost', 'all'] as const;
export type ExplainFilter = (typeof filters)[number];

/** Rows of a filter. Almost: a row that asked and was stopped by a cell, or by a fact that is not known. */
export function explained(rows: ExplainedRow[], filter: ExplainFilter): ExplainedRow[] {
  switch (filter) {
    case 'fired':
      return rows.filter((row) => row.answer === 'fired');
    case 'almost':
      return rows.filter((row) => row.cell !== null && (row.answer === 'no' || row.answer === 'unknown'));
    case 'all':
      return rows;
  }
}
