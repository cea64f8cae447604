import type { Layout } from './draft.js';
import { invoice } from './invoice.js';
import { restaurant } from './restaurant.js';
import { cardSlip, fuel, parking, taxi } from './slips.js';
import { till } from './till.js';

export type { Draft, Layout } from './draft.js';

export interface LayoutChoice {
  readonly layout: Layout;
  /** How many of a hundred receipts have it. */
  readonly share: number;
  /** Of the paper, in points: from narrow to wide rolls. */
  readonly widths: readonly [number, number];
  readonly isOffice: boolean;
}

export const LAYOUTS: readonly LayoutChoice[] = [
  { layout: till, share: 46, widths: [400, 520], isOffice: false },
  { layout: restaurant, share: 20, widths: [400, 500], isOffice: false },
  { layout: invoice, share: 11, widths: [680, 800], isOffice: true },
  { layout: fuel, share: 8, widths: [380, 460], isOffice: false },
  { layout: cardSlip, share: 8, widths: [360, 440], isOffice: false },
  { layout: parking, share: 4, widths: [320, 400], isOffice: false },
  { layout: taxi, share: 3, widths: [340, 420], isOffice: false },
];
