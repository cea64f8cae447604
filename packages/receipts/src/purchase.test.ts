import fc from 'fast-check';
import { RandomStream } from 'inkstone-detect/random';
import { describe, expect, it } from 'vitest';
import { formatAmount, formatMoney } from './money.js';
import { makePurchase, makeShop } from './purchase.js';
import { LOCALES } from './words/index.js';

const locale = fc.constantFrom(...LOCALES);

describe('makePurchase', () => {
  it('adds up, in every country', () => {
    fc.assert(
      fc.property(locale, fc.nat(), (country, seed) => {
        const p = makePurchase(new RandomStream('test', seed), country, {
          trade: 'eateries',
          split: 'train',
          lines: [1, 9],
          stock: country.dishes,
        });
        for (const { quantity, price, amount } of p.lines) expect(amount).toBe(quantity * price);
        expect(p.lines.reduce((sum, { amount }) => sum + amount, 0)).toBe(p.subtotal);
        const added = country.tax.isIncluded ? 0 : p.tax;
        expect(p.total).toBe(p.subtotal - p.discount + p.service + added + p.rounding);
        expect(p.tendered - p.total).toBe(p.change);
        expect(p.change).toBeGreaterThanOrEqual(0);
        expect(Math.abs(p.rounding)).toBeLessThan(country.cash.unit);
        if (p.isCash) expect(p.total % country.cash.unit).toBe(0);
      }),
    );
  });

  it('lets no shop or street of validation appear in training', () => {
    for (const country of new Set(LOCALES)) {
      const seen = { train: new Set<string>(), val: new Set<string>() };
      for (const split of ['train', 'val'] as const) {
        for (let i = 0; i < 300; i++)
          seen[split].add(makeShop(new RandomStream(split, i), country, 'shops', split).name);
      }
      for (const name of seen.val) expect(seen.train.has(name), `${name} in ${country.id}`).toBe(false);
    }
  });
});

describe('formatAmount', () => {
  const [malaysia, britain, germany, indonesia] = ['malaysia', 'britain', 'germany', 'indonesia'].map(
    (id) => LOCALES.find((country) => country.id === id)!,
  );

  it('groups and marks as the country does', () => {
    expect(formatAmount(malaysia, 123456)).toBe('1,234.56');
    expect(formatAmount(germany, 123456)).toBe('1.234,56');
    expect(formatAmount(indonesia, 12500)).toBe('12.500');
    expect(formatAmount(britain, 5)).toBe('0.05');
    expect(formatAmount(britain, -1999)).toBe('-19.99');
  });

  it('puts the symbol where the country does', () => {
    expect(formatMoney(malaysia, 500)).toBe('RM 5.00');
    expect(formatMoney(britain, 500)).toBe('£5.00');
    expect(formatMoney(germany, 500)).toBe('5,00 €');
  });
});
