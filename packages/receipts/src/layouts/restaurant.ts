import { fill, pick, whole } from '../chance.js';
import { formatAmount } from '../money.js';
import { makePurchase } from '../purchase.js';
import { center, left, right } from '../sheet.js';
import type { Draft } from './draft.js';
import { closing, heading, particulars, sums, taxSummary } from './parts.js';

/** A restaurant's bill: table, guests, dishes. */
export function restaurant(draft: Draft): void {
  const { random, locale, split, sheet } = draft;
  const { labels } = locale;
  const purchase = makePurchase(random, locale, {
    trade: 'eateries',
    split,
    lines: [2, 9],
    stock: locale.dishes,
  });
  heading(draft, purchase.shop);
  sheet.gap(0.6);
  const table = `${labels.table} ${whole(random, 1, 48)}`;
  if (random.chance(0.5)) sheet.line(table, 'left', { width: 1.3, height: 1.5, isBold: true });
  else sheet.pair(table, `${labels.guests}: ${whole(random, 1, 8)}`);
  particulars(draft, purchase);
  sheet.rule();
  for (const { name, quantity, amount } of purchase.lines) {
    sheet.row(center(String(quantity), 0.04), left(name, 0.12), right(formatAmount(locale, amount)));
    if (random.chance(0.1)) sheet.row(left(pick(random, ['- extra', '(L)', '* T/A', '- 2x']), 0.18));
  }
  sheet.rule();
  sums(draft, purchase);
  if (random.chance(0.3)) {
    sheet.gap(0.4);
    taxSummary(draft, purchase);
  }
  sheet.gap(random.between(0.5, 1.4));
  if (random.chance(0.3)) sheet.line(fill(random, 'WiFi: guest / @@@@####'));
  closing(draft);
}
