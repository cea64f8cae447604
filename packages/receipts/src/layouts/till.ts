import { pick } from '../chance.js';
import { formatAmount } from '../money.js';
import { makePurchase, type PurchaseLine } from '../purchase.js';
import { left, right } from '../sheet.js';
import type { Draft } from './draft.js';
import { closing, heading, particulars, sums, taxSummary } from './parts.js';

/** The strip of a shop's till. */
export function till(draft: Draft): void {
  const { random, locale, split, sheet } = draft;
  const { labels } = locale;
  const purchase = makePurchase(random, locale, {
    trade: 'shops',
    split,
    lines: [1, 9],
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
    if (quantity > 1) sheet.row(left(`${quantity} x ${formatAmount(locale, price)}`, 0.12));
  }
}

function fourColumns({ random, locale, sheet }: Draft, lines: readonly PurchaseLine[]): void {
  const { labels } = locale;
  const isNameAbove = random.chance(0.5);
  sheet.row(
    left(pick(random, labels.item)),
    right(pick(random, labels.quantity), 0.54),
    right(pick(random, labels.price), 0.76),
    right(pick(random, labels.amount)),
  );
  sheet.rule();
  for (const { code, name, quantity, price, amount } of lines) {
    if (isNameAbove) sheet.line(name, 'left');
    sheet.row(
      left(isNameAbove ? code : name),
      right(String(quantity), 0.54),
      right(formatAmount(locale, price), 0.76),
      right(formatAmount(locale, amount)),
    );
  }
}

function codeAbove({ random, locale, sheet }: Draft, lines: readonly PurchaseLine[]): void {
  const suffix = pick(random, ['', '', ' SR', ' A', '*']);
  for (const { code, name, quantity, price, amount } of lines) {
    sheet.line(code, 'left');
    sheet.line(name, 'left');
    sheet.row(
      left(`${formatAmount(locale, price)} x ${quantity}`, 0.16),
      right(formatAmount(locale, amount) + suffix),
    );
  }
}

function quantityFirst({ locale, sheet }: Draft, lines: readonly PurchaseLine[]): void {
  for (const { name, quantity, amount } of lines) {
    sheet.row(left(String(quantity)), left(name, 0.11), right(formatAmount(locale, amount)));
  }
}
