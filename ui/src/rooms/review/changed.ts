import type { Request } from '../../platform/types';

/** What a reviewer changes, why, and what the shop answers the customer. */
export type Changed = Pick<
  Extract<Request, { ask: 'review-decide' }>,
  'grade' | 'disposition' | 'reason' | 'seller_response' | 'settlement' | 'acceptance'
>;

/** Nothing changed. */
export const unchanged: Changed = {
  grade: null,
  disposition: null,
  reason: null,
  seller_response: null,
  settlement: null,
  acceptance: null,
};
