/** Blocks that several layouts share. */
import { fill, pick } from '../chance.js';
import { LOGOS } from '../logos.js';
import { formatAmount, formatMoney, formatNumber, formatRate } from '../money.js';
import type { Purchase, Shop } from '../purchase.js';
import { type Align, left, right, type Style } from '../sheet.js';
import type { Draft } from './draft.js';

/** Logo, name, address, telephone, registration. */
export function heading({ random, sheet }: Draft, shop: Shop, align: Align = 'center'): void {
  if (random.chance(0.4)) sheet.logo(pick(random, LOGOS), align);
  const width = random.between(1.1, 1.55);
  const style: Style = {
    width,
    height: random.chance(0.6) ? width : width * 1.35,
    isBold: random.chance(0.7),
    face: sheet.printer.headFace,
  };
  sheet.line(random.chance(0.4) ? shop.name.toUpperCase() : shop.name, align, style);
  if (random.chance(0.5)) sheet.line(shop.registration, align);
  sheet.lines(shop.address, align);
  if (random.chance(0.8)) sheet.line(shop.phone, align);
}

/** Receipt number, date, time and who served, in one of the usual arrangements. */
export function particulars({ random, locale, sheet }: Draft, purchase: Purchase): void {
  const { labels } = locale;
  const { date, time, number, staff } = purchase;
  const numbered = pick(random, labels.number);
  const cashier = pick(random, labels.cashier);
  const arrangement = pick(random, ['columns', 'stacked', 'pairs', 'compact'] as const);
  if (arrangement === 'columns') {
    sheet.row(left(numbered), left(`: ${number}`, 0.33));
    sheet.row(left(labels.date), left(`: ${date} ${time}`, 0.33));
    sheet.row(left(cashier), left(`: ${staff}`, 0.33));
  } else if (arrangement === 'stacked') {
    sheet.line(`${numbered}: ${number}`, 'left');
    sheet.line(`${labels.date}: ${date} ${time}`, 'left');
    if (random.chance(0.6)) sheet.line(`${cashier}: ${staff}`, 'left');
  } else if (arrangement === 'pairs') {
    sheet.pair(`${numbered} ${number}`, `${labels.date}: ${date}`);
    sheet.pair(`${cashier}: ${staff}`, `${labels.time}: ${time}`);
  } else {
    sheet.pair(`${date} ${time}`, `#${number}`);
    if (random.chance(0.5)) sheet.line(`${cashier} ${staff}`, 'left');
  }
}

/** Everything below the goods: discount, service, tax, rounding, total. */
export function sums({ random, locale, sheet }: Draft, purchase: Purchase): void {
  const { labels, tax, currency } = locale;
  const amount = (minor: number) => formatAmount(locale, minor);
  const at = pick(random, [0, 0, 0, 0.2, 0.35]);
  const isRightAligned = at === 0.35 && random.chance(0.5);
  const put = (name: string, value: string, style: Style = {}) =>
    sheet.row(isRightAligned ? right(name, 0.68, style) : left(name, at, style), right(value, 1, style));
  const needsSubtotal = purchase.discount + purchase.service > 0 || !tax.isIncluded || random.chance(0.5);
  if (needsSubtotal) put(pick(random, labels.subtotal), amount(purchase.subtotal));
  if (purchase.discount > 0) put(pick(random, labels.discount), amount(-purchase.discount));
  if (purchase.service > 0)
    put(`${labels.service} ${formatNumber(locale, locale.servicePercent, 1)}%`, amount(purchase.service));
  const rate = formatRate(locale, purchase.taxRate);
  if (!tax.isIncluded) put(`${tax.name} ${rate}%`, amount(purchase.tax));
  if (purchase.rounding !== 0) put(pick(random, labels.rounding), amount(purchase.rounding));
  if (random.chance(0.3)) sheet.rule();
  const style: Style = random.chance(0.6)
    ? { width: random.between(1, 1.4), height: random.between(1.2, 1.9), isBold: true }
    : { isBold: random.chance(0.5) };
  const total = random.chance(0.4) ? formatMoney(locale, purchase.total) : amount(purchase.total);
  if (random.chance(0.12) && !currency.isTrailing) {
    sheet.row(
      left(pick(random, labels.total), 0, style),
      left(currency.symbol, 0.58, style),
      right(amount(purchase.total), 1, style),
    );
  } else put(pick(random, labels.total), total, style);
  if (random.chance(0.3)) sheet.rule('double');
  if (purchase.isCash) {
    put(pick(random, labels.cash), amount(purchase.tendered));
    put(pick(random, labels.change), amount(purchase.change));
  } else {
    put(pick(random, labels.card), amount(purchase.tendered));
    if (random.chance(0.4)) sheet.line(`**** **** **** ${fill(random, '####')}`, 'left');
  }
}

/** Tax by rate, as a little table. */
export function taxSummary({ random, locale, sheet }: Draft, purchase: Purchase): void {
  const { labels, tax } = locale;
  const gross = purchase.total - purchase.rounding;
  if (random.chance(0.7)) sheet.line(pick(random, labels.taxSummary), random.chance(0.5) ? 'left' : 'center');
  sheet.row(left(tax.name), right('%', 0.3), right(labels.net, 0.68), right(tax.name));
  sheet.row(
    left(pick(random, ['A', 'SR', 'S', '1'])),
    right(formatRate(locale, purchase.taxRate), 0.3),
    right(formatAmount(locale, gross - purchase.tax), 0.68),
    right(formatAmount(locale, purchase.tax)),
  );
}

/** Thanks, conditions, codes to scan. */
export function closing({ random, locale, sheet }: Draft): void {
  const blocks = random.shuffle([...locale.closings]).slice(0, random.chance(0.35) ? 2 : 1);
  blocks.forEach((block, i) => {
    if (i > 0) sheet.gap(0.6);
    sheet.lines(block);
  });
  if (random.chance(0.28)) sheet.barcode(random.chance(0.6) ? fill(random, '#### #### ####') : null);
  else if (random.chance(0.16)) sheet.matrixCode();
}
