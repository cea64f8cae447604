/** What was bought, where and when: the content of a receipt before anybody lays it out. */
import type { RandomStream } from 'inkstone-detect/random';
import { fill, pick, sample, whole } from './chance.js';
import type { Locale, Ware } from './words/index.js';

/** Receipts of both splits are made of the same words, but no shop or street of one is found in the other. */
export type SyntheticSplit = 'train' | 'val';

export interface Shop {
  readonly name: string;
  readonly address: readonly string[];
  readonly phone: string;
  readonly registration: string;
}

/** Amounts in minor units; `amount` is `quantity × price`. */
export interface PurchaseLine {
  readonly code: string;
  readonly name: string;
  readonly quantity: number;
  readonly price: number;
  readonly amount: number;
}

/** `total = subtotal − discount + service + (tax if not included) + rounding`, and `change = tendered − total`. */
export interface Purchase {
  readonly shop: Shop;
  readonly lines: readonly PurchaseLine[];
  readonly subtotal: number;
  readonly discount: number;
  readonly service: number;
  /** Percent. */
  readonly taxRate: number;
  readonly tax: number;
  readonly rounding: number;
  readonly total: number;
  readonly isCash: boolean;
  readonly tendered: number;
  readonly change: number;
  readonly date: string;
  readonly time: string;
  readonly number: string;
  readonly staff: string;
}

/** The locale's list that names of shops are made from. */
export type Trade = 'shops' | 'eateries' | 'stations';

export function makeShop(random: RandomStream, locale: Locale, trade: Trade, split: SyntheticSplit): Shop {
  const address = [
    fill(random, pick(random, ofSplit(locale.streets, split))),
    fill(random, pick(random, locale.cities)),
  ];
  return {
    name: pick(random, locale[trade]).replace('%', pick(random, ofSplit(locale.names, split))),
    address: random.chance(0.7) ? address : [address.join(', ')],
    phone: `${locale.labels.phone}: ${fill(random, locale.phone)}`,
    registration: fill(random, pick(random, locale.registration)),
  };
}

/** One in four names belongs to validation. */
function ofSplit<T>(items: readonly T[], split: SyntheticSplit): readonly T[] {
  return items.filter((_, i) => (i % 4 === 3) === (split === 'val'));
}

export interface PurchaseOptions {
  readonly trade: Trade;
  readonly split: SyntheticSplit;
  /** How many different wares, both ends included. */
  readonly lines: readonly [min: number, max: number];
  readonly stock: readonly Ware[];
}

export function makePurchase(random: RandomStream, locale: Locale, options: PurchaseOptions): Purchase {
  const { trade, split, stock } = options;
  const shop = makeShop(random, locale, trade, split);
  const count = Math.min(stock.length, whole(random, ...options.lines));
  const lines = sample(random, stock, count).map((ware) => makeLine(random, locale, ware));
  const subtotal = lines.reduce((sum, { amount }) => sum + amount, 0);
  const discount = random.chance(0.18) ? Math.round((subtotal * pick(random, [5, 10, 15])) / 100) : 0;
  const isServed = trade === 'eateries' && locale.servicePercent > 0 && random.chance(0.5);
  const service = isServed ? Math.round(((subtotal - discount) * locale.servicePercent) / 100) : 0;
  const taxRate = pick(random, locale.tax.rates);
  const taxed = subtotal - discount + service;
  const tax = taxOf(locale, taxed, taxRate);
  const isCash = random.chance(0.6);
  const exact = taxed + (locale.tax.isIncluded ? 0 : tax);
  const { unit, notes } = locale.cash;
  const total = isCash ? Math.max(unit, Math.round(exact / unit) * unit) : exact;
  const tendered = isCash ? tender(random, notes, total) : total;
  return {
    shop,
    lines,
    subtotal,
    discount,
    service,
    taxRate,
    tax,
    rounding: total - exact,
    total,
    isCash,
    tendered,
    change: tendered - total,
    ...makeMoment(random, locale),
    number: fill(random, pick(random, ['######', '####-##', '@@########', '0####', '##/####'])),
    staff: pick(random, locale.staff),
  };
}

/** The tax in a sum, or on top of it where prices do not contain it. @param rate percent */
export function taxOf({ tax }: Locale, sum: number, rate: number): number {
  return Math.round((sum * rate) / (tax.isIncluded ? 100 + rate : 100));
}

function makeLine(random: RandomStream, locale: Locale, { name, price: usual }: Ware): PurchaseLine {
  const unit = locale.currency.decimals === 0 ? 100 : random.chance(0.6) ? 10 : 1;
  const price = Math.max(unit, Math.round((usual * random.between(0.75, 1.35)) / unit) * unit);
  const quantity = random.chance(0.68) ? 1 : random.chance(0.8) ? whole(random, 2, 4) : whole(random, 5, 12);
  return {
    code: fill(random, pick(random, ['#############', '######', '####', '@@###'])),
    name,
    quantity,
    price,
    amount: quantity * price,
  };
}

/** What a customer hands over: sometimes exact, mostly the next round sum. */
function tender(random: RandomStream, notes: readonly number[], total: number): number {
  if (random.chance(0.15)) return total;
  const note = pick(random, notes);
  return Math.ceil(total / note) * note;
}

export function makeMoment(random: RandomStream, locale: Locale): { date: string; time: string } {
  const two = (min: number, max: number) => String(whole(random, min, max)).padStart(2, '0');
  const year = String(whole(random, 2016, 2025));
  const fields = {
    DD: two(1, 28),
    MM: two(1, 12),
    YYYY: year,
    YY: year.slice(2),
    hh: two(7, 22),
    mm: two(0, 59),
    ss: two(0, 59),
  };
  const write = (pattern: string) =>
    pattern.replace(/YYYY|DD|MM|YY|hh|mm|ss/g, (field) => fields[field as keyof typeof fields]);
  return { date: write(locale.date), time: write(locale.time) };
}
