import { fill, pick } from '../chance.js';
import { LOGOS } from '../logos.js';
import { formatAmount, formatMoney, formatNumber } from '../money.js';
import { makePurchase, makeShop } from '../purchase.js';
import type { Draft } from './draft.js';

/** An invoice on a half sheet: letterhead, addressee, table, sums. */
export function invoice(draft: Draft): void {
  const { random, locale, split, sheet } = draft;
  const { labels, tax } = locale;
  const purchase = makePurchase(random, locale, {
    trade: 'office',
    split,
    minLines: 2,
    maxLines: 6,
    stock: locale.services,
  });
  const customer = makeShop(random, locale, 'office', split);
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
    sheet.row([
      { text: addressee[i], at: 0, style: { isBold: i === 1 } },
      { text: name, at: 0.64 },
      { text: value, at: 1, align: 'right' },
    ]);
  });
  sheet.gap(0.8);
  const top = sheet.y;
  sheet.row([
    { text: '#', at: 0.02 },
    { text: pick(random, labels.item), at: 0.08, style: { isBold: true } },
    { text: pick(random, labels.quantity), at: 0.62, align: 'right', style: { isBold: true } },
    { text: pick(random, labels.price), at: 0.79, align: 'right', style: { isBold: true } },
    { text: pick(random, labels.amount), at: 0.985, align: 'right', style: { isBold: true } },
  ]);
  sheet.rule('line');
  purchase.lines.forEach(({ name, quantity, price, amount }, i) => {
    sheet.row([
      { text: String(i + 1), at: 0.02 },
      { text: name, at: 0.08 },
      { text: String(quantity), at: 0.62, align: 'right' },
      { text: formatAmount(locale, price), at: 0.79, align: 'right' },
      { text: formatAmount(locale, amount), at: 0.985, align: 'right' },
    ]);
    sheet.gap(0.15);
  });
  sheet.gap(random.between(0.3, 2));
  if (random.chance(0.5)) {
    sheet.shape(
      { kind: 'frame', x: sheet.margin, y: top, width: sheet.innerWidth, height: sheet.y - top },
      0,
    );
    sheet.gap(0.3);
  } else sheet.rule('line');
  const put = (name: string, value: string, isBold = false) =>
    sheet.row([
      { text: name, at: 0.5, style: { isBold } },
      { text: value, at: 0.985, align: 'right', style: { isBold } },
    ]);
  put(pick(random, labels.subtotal), formatAmount(locale, purchase.subtotal));
  if (purchase.discount > 0) put(pick(random, labels.discount), formatAmount(locale, -purchase.discount));
  const digits = Number.isInteger(purchase.taxRate) ? 0 : 2;
  put(`${tax.name} ${formatNumber(locale, purchase.taxRate, digits)}%`, formatAmount(locale, purchase.tax));
  if (purchase.rounding !== 0) put(pick(random, labels.rounding), formatAmount(locale, purchase.rounding));
  put(pick(random, labels.total), formatMoney(locale, purchase.total), true);
  sheet.gap(1);
  sheet.line(labels.due, 'left');
  sheet.line(fill(random, labels.bank), 'left');
  if (random.chance(0.5)) {
    sheet.gap(1.6);
    sheet.row([{ text: labels.signature, at: 0.75, align: 'center' }]);
  }
}
