import { fill, pick } from '../chance.js';
import { LOGOS } from '../logos.js';
import { formatAmount, formatMoney, formatRate } from '../money.js';
import { makePurchase, makeShop } from '../purchase.js';
import { center, left, right } from '../sheet.js';
import type { Draft } from './draft.js';

/** An invoice on a half sheet: letterhead, addressee, table, sums. */
export function invoice(draft: Draft): void {
  const { random, locale, split, sheet } = draft;
  const { labels, tax } = locale;
  const purchase = makePurchase(random, locale, {
    trade: 'shops',
    split,
    lines: [2, 6],
    stock: locale.services,
  });
  const customer = makeShop(random, locale, 'shops', split);
  const { shop } = purchase;
  if (random.chance(0.6)) sheet.logo(pick(random, LOGOS), random.chance(0.5) ? 'left' : 'center');
  const align = random.chance(0.5) ? 'left' : 'center';
  sheet.line(shop.name, align, { width: 1.6, height: 1.6, isBold: true, face: sheet.printer.headFace });
  sheet.lines(shop.address, align);
  sheet.line(`${shop.phone} ${shop.registration}`, align);
  sheet.rule('line');
  sheet.line(pick(random, labels.invoice), random.chance(0.5) ? 'right' : 'center', {
    width: 1.4,
    height: 1.4,
    isBold: true,
  });
  sheet.gap(0.4);
  const beside = [
    [pick(random, labels.number), purchase.number],
    [labels.date, purchase.date],
    [labels.customer, fill(random, '#####')],
  ];
  const addressee = [`${labels.billTo}:`, customer.name, customer.address[0]];
  beside.forEach(([name, value], i) => {
    sheet.row(left(addressee[i], 0, { isBold: i === 1 }), left(name, 0.64), right(value));
  });
  sheet.gap(0.8);
  const top = sheet.y;
  sheet.row(
    left('#', 0.02),
    left(pick(random, labels.item), 0.08, { isBold: true }),
    right(pick(random, labels.quantity), 0.62, { isBold: true }),
    right(pick(random, labels.price), 0.79, { isBold: true }),
    right(pick(random, labels.amount), 0.985, { isBold: true }),
  );
  sheet.rule('line');
  purchase.lines.forEach(({ name, quantity, price, amount }, i) => {
    sheet.row(
      left(String(i + 1), 0.02),
      left(name, 0.08),
      right(String(quantity), 0.62),
      right(formatAmount(locale, price), 0.79),
      right(formatAmount(locale, amount), 0.985),
    );
    sheet.gap(0.15);
  });
  sheet.gap(random.between(0.3, 2));
  if (random.chance(0.5)) {
    sheet.frame(top);
    sheet.gap(0.3);
  } else sheet.rule('line');
  const put = (name: string, value: string, isBold = false) =>
    sheet.row(left(name, 0.5, { isBold }), right(value, 0.985, { isBold }));
  put(pick(random, labels.subtotal), formatAmount(locale, purchase.subtotal));
  if (purchase.discount > 0) put(pick(random, labels.discount), formatAmount(locale, -purchase.discount));
  put(`${tax.name} ${formatRate(locale, purchase.taxRate)}%`, formatAmount(locale, purchase.tax));
  if (purchase.rounding !== 0) put(pick(random, labels.rounding), formatAmount(locale, purchase.rounding));
  put(pick(random, labels.total), formatMoney(locale, purchase.total), true);
  sheet.gap(1);
  sheet.line(labels.due, 'left');
  sheet.line(fill(random, labels.bank), 'left');
  if (random.chance(0.5)) {
    sheet.gap(1.6);
    sheet.row(center(labels.signature, 0.75));
  }
}
