/** Amounts are integers of the currency's minor unit, so that they add up exactly. */
import type { Locale } from './words/index.js';

/** `123450` as `1,234.50`. */
export function formatAmount({ currency }: Locale, minor: number): string {
  const { decimals, decimalMark, groupMark } = currency;
  const digits = String(Math.abs(minor)).padStart(decimals + 1, '0');
  const major = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, groupMark);
  const fraction = decimals > 0 ? decimalMark + digits.slice(-decimals) : '';
  return `${minor < 0 ? '-' : ''}${major}${fraction}`;
}

/** With the currency's symbol where the country puts it. */
export function formatMoney(locale: Locale, minor: number): string {
  const { symbol, isTrailing } = locale.currency;
  const amount = formatAmount(locale, minor);
  if (isTrailing) return `${amount} ${symbol}`;
  return symbol.length > 1 ? `${symbol} ${amount}` : `${symbol}${amount}`;
}

/** Percent, with decimals only where there are some: `20`, `8.88`. */
export function formatRate(locale: Locale, percent: number): string {
  return formatNumber(locale, percent, Number.isInteger(percent) ? 0 : 2);
}

/** A number that is no money: litres, kilometres, percent. */
export function formatNumber({ currency }: Locale, value: number, digits: number): string {
  return value.toFixed(digits).replace('.', currency.decimalMark);
}
