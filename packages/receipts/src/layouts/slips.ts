/** Short slips: fuel, taxi, parking, card terminal. */
import { fill, pick, whole } from '../chance.js';
import { formatAmount, formatMoney, formatNumber } from '../money.js';
import { makeMoment, makePurchase, makeShop, taxOf } from '../purchase.js';
import { left } from '../sheet.js';
import type { Draft } from './draft.js';
import { closing, heading, particulars, sums, taxSummary } from './parts.js';

export function fuel(draft: Draft): void {
  const { random, locale, split, sheet } = draft;
  const { labels } = locale;
  const grade = pick(random, locale.fuels);
  const price = Math.round(grade.price * random.between(0.92, 1.1));
  const hundredths = whole(random, 800, 6200);
  const amount = Math.round((price * hundredths) / 100);
  // The pump is the single line of the bill: bought once, at what the display showed.
  const filled = makePurchase(random, locale, {
    trade: 'stations',
    split,
    lines: [1, 1],
    stock: [{ ...grade, price: amount }],
  });
  const paid = { ...filled, subtotal: amount, discount: 0, service: 0, rounding: 0 };
  const tax = taxOf(locale, amount, paid.taxRate);
  const total = locale.tax.isIncluded ? amount : amount + tax;
  heading(draft, paid.shop);
  sheet.gap(0.6);
  if (random.chance(0.6)) sheet.line(pick(random, labels.receipt));
  particulars(draft, paid);
  sheet.rule();
  sheet.pair(`${labels.pump} ${whole(random, 1, 12)}`, grade.name);
  sheet.pair(`${formatNumber(locale, hundredths / 100, 2)} ${labels.litres}`, formatAmount(locale, amount));
  sheet.row(left(`${formatAmount(locale, price)} ${labels.unitOfFuel}`, 0.1));
  sheet.rule();
  sums(draft, { ...paid, tax, total, isCash: false, tendered: total, change: 0 });
  if (random.chance(0.5)) taxSummary(draft, { ...paid, tax, total });
  sheet.gap(1);
  closing(draft);
}

export function taxi(draft: Draft): void {
  const { random, locale, split, sheet } = draft;
  const { labels } = locale;
  const shop = makeShop(random, locale, 'shops', split);
  const { date, time } = makeMoment(random, locale);
  const fare = Math.round(locale.dishes[0].price * random.between(0.6, 3) * 0.1) * 10;
  const extra = random.chance(0.4) ? Math.round(fare * 0.02) * 10 : 0;
  sheet.line(labels.taxi, 'center', { width: 1.3, height: random.chance(0.5) ? 1.9 : 1.3, isBold: true });
  if (random.chance(0.5)) sheet.line(shop.phone);
  sheet.rule();
  sheet.pair(labels.date, date);
  sheet.pair(labels.time, time);
  sheet.pair(labels.driver, fill(random, '####'));
  sheet.pair('TAXI', fill(random, locale.plate));
  sheet.gap(0.4);
  sheet.pair(labels.distance, `${formatNumber(locale, random.between(1, 38), 1)} km`);
  sheet.pair(labels.fare, formatMoney(locale, fare));
  if (extra > 0) sheet.pair('Extra', formatMoney(locale, extra));
  sheet.rule();
  sheet.pair(pick(random, labels.total), formatMoney(locale, fare + extra), { height: 1.4, isBold: true });
  sheet.gap(0.8);
  closing(draft);
}

export function parking(draft: Draft): void {
  const { random, locale, split, sheet } = draft;
  const { labels } = locale;
  const shop = makeShop(random, locale, 'shops', split);
  const { date, time } = makeMoment(random, locale);
  const hours = whole(random, 0, 7);
  const minutes = whole(random, 5, 59);
  const start = whole(random, 6, 13) * 60 + whole(random, 0, 59);
  const clock = (total: number) =>
    `${String(Math.floor(total / 60)).padStart(2, '0')}:${String(total % 60).padStart(2, '0')}`;
  const rate = Math.round(locale.dishes[0].price * 0.02) * 10;
  const fee = Math.max(rate, 10) * (hours + 1);
  sheet.line(pick(random, labels.parking), 'center', { width: 1.25, height: 1.5, isBold: true });
  sheet.lines(shop.address.slice(0, 1));
  sheet.gap(0.5);
  if (random.chance(0.6))
    sheet.line(fill(random, locale.plate), 'center', { width: 1.8, height: 1.8, isBold: true });
  sheet.rule();
  sheet.pair(labels.date, date);
  sheet.pair(labels.entry, clock(start));
  sheet.pair(labels.exit, clock(start + hours * 60 + minutes));
  sheet.pair(labels.duration, `${hours}h ${minutes}m`);
  sheet.gap(0.3);
  sheet.pair(labels.paid, formatMoney(locale, fee), { width: 1.2, height: 1.6, isBold: true });
  sheet.pair(pick(random, labels.card), fill(random, '**** ####'));
  sheet.gap(0.5);
  sheet.line(fill(random, `No. ####/#### ${time}`));
  if (random.chance(0.7)) sheet.barcode(fill(random, '##########'));
  else sheet.matrixCode();
}

export function cardSlip(draft: Draft): void {
  const { random, locale, split, sheet } = draft;
  const { labels } = locale;
  const shop = makeShop(random, locale, random.chance(0.5) ? 'eateries' : 'shops', split);
  const { date, time } = makeMoment(random, locale);
  const stock = random.chance(0.5) ? locale.goods : locale.dishes;
  const amount = pick(random, stock).price * whole(random, 1, 6);
  heading(draft, shop);
  sheet.gap(0.5);
  sheet.line(pick(random, labels.copy));
  sheet.gap(0.4);
  sheet.pair(labels.merchant, fill(random, '00000#########'));
  sheet.pair(labels.terminal, fill(random, '#######'));
  sheet.pair(`${labels.date}: ${date}`, time);
  sheet.pair('Batch', fill(random, '000###'));
  sheet.rule();
  sheet.line(pick(random, labels.card), 'left', { width: 1.2, height: 1.2 });
  sheet.line(fill(random, '************####'), 'left');
  if (random.chance(0.6)) sheet.line(fill(random, 'AID: A0000000031010'), 'left');
  if (random.chance(0.5)) sheet.line(fill(random, 'TVR 00000#8000'), 'left');
  sheet.gap(0.5);
  sheet.pair(pick(random, labels.total), formatMoney(locale, amount), {
    width: 1.2,
    height: 1.6,
    isBold: true,
  });
  sheet.gap(0.5);
  sheet.line(fill(random, pick(random, labels.approved)), random.chance(0.5) ? 'center' : 'left');
  if (random.chance(0.4)) {
    sheet.gap(2.2);
    sheet.rule('line');
    sheet.line(labels.signature);
  }
  sheet.gap(0.5);
  sheet.lines(pick(random, locale.closings));
}
