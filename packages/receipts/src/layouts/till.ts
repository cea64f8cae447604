import { pick } from '../chance.js';
import { formatAmount } from '../money.js';
import { makePurchase, type PurchaseLine } from '../purchase.js';
import type { Draft } from './draft.js';
import { closing, heading, particulars, sums, taxSummary } from './parts.js';

/** The strip of a shop's till. */
export function till(draft: Draft): void {
  const { random, locale, split, sheet } = draft;
  const { labels } = locale;
  const purchase = makePurchase(random, locale, {
    trade: 'shop',
    split,
    minLines: 1,
    maxLines: 9,
    stock: locale.goods,
  });
  heading(draft, purchase.shop);
  sheet.gap(random.between(0.2, 1));
  if (random.chance(0.6))
    sheet.line(pick(random, labels.receipt), 'center', { isBold: true, isUnderlined: random.chance(0.2) });
  particulars(draft, purchase);
  sheet.rule();
  const print = pick(random, [twoColumns, fourColumns, codeAbove, quantityFirst]);
  print(draft, purchase.lines);
  sheet.rule();
  if (random.chance(0.35)) {
    const count = purchase.lines.reduce((sum, { quantity }) => sum + quantity, 0);
    sheet.line(`${pick(random, labels.itemCount)}: ${count}`, 'left');
  }
  sums(draft, purchase);
  if (random.chance(0.4)) {
    sheet.rule();
    taxSummary(draft, purchase);
  }
  sheet.gap(random.between(0.4, 1.6));
  closing(draft);
}

function twoColumns({ locale, sheet }: Draft, lines: readonly PurchaseLine[]): void {
  for (const { name, quantity, price, amount } of lines) {
    sheet.pair(name, formatAmount(locale, amount));
    if (quantity > 1) sheet.row([{ text: `${quantity} x ${formatAmount(locale, price)}`, at: 0.12 }]);
  }
}

function fourColumns({ random, locale, sheet }: Draft, lines: readonly PurchaseLine[]): void {
  const { labels } = locale;
  const isNameAbove = random.chance(0.5);
  sheet.row([
    { text: pick(random, labels.item), at: 0 },
    { text: pick(random, labels.quantity), at: 0.54, align: 'right' },
    { text: pick(random, labels.price), at: 0.76, align: 'right' },
    { text: pick(random, labels.amount), at: 1, align: 'right' },
  ]);
  sheet.rule();
  for (const { code, name, quantity, price, amount } of lines) {
    if (isNameAbove) sheet.line(name, 'left');
    sheet.row([
      { text: isNameAbove ? code : name, at: 0 },
      { text: String(quantity), at: 0.54, align: 'right' },
      { text: formatAmount(locale, price), at: 0.76, align: 'right' },
      { text: formatAmount(locale, amount), at: 1, align: 'right' },
    ]);
  }
}

function codeAbove({ random, locale, sheet }: Draft, lines: readonly PurchaseLine[]): void {
  const suffix = pick(random, ['', '', ' SR', ' A', '*']);
  for (const { code, name, quantity, price, amount } of lines) {
    sheet.line(code, 'left');
    sheet.line(name, 'left');
    sheet.row([
      { text: `${formatAmount(locale, price)} x ${quantity}`, at: 0.16 },
      { text: formatAmount(locale, amount) + suffix, at: 1, align: 'right' },
    ]);
  }
}

function quantityFirst({ locale, sheet }: Draft, lines: readonly PurchaseLine[]): void {
  for (const { name, quantity, amount } of lines) {
    sheet.row([
      { text: String(quantity), at: 0 },
      { text: name, at: 0.11 },
      { text: formatAmount(locale, amount), at: 1, align: 'right' },
    ]);
  }
}
