import type { Labels } from './labels.js';

/** What a country's receipts say, and how they write numbers. Only letters of Latin-1: the fonts carry no others. */
export interface Locale {
  readonly id: string;
  readonly currency: {
    readonly symbol: string;
    /** Digits after the decimal mark. */
    readonly decimals: 0 | 2;
    readonly decimalMark: '.' | ',';
    readonly groupMark: '.' | ',' | ' ';
    /** The symbol follows the number. */
    readonly isTrailing: boolean;
  };
  /** In minor units: what a cash total is rounded to, and the bank notes. */
  readonly cash: { readonly unit: number; readonly notes: readonly number[] };
  readonly tax: {
    readonly name: string;
    /** Percent. */
    readonly rates: readonly number[];
    /** Prices contain the tax. */
    readonly isIncluded: boolean;
  };
  /** Percent that restaurants add, 0 where nobody does. */
  readonly servicePercent: number;
  /** Made of `DD MM YYYY YY hh mm ss`. */
  readonly date: string;
  readonly time: string;
  /** `#` is a digit, `@` a letter. */
  readonly phone: string;
  readonly registration: readonly string[];
  readonly plate: string;
  readonly labels: Labels;
  /** `%` stands for a name. */
  readonly shops: readonly string[];
  readonly eateries: readonly string[];
  readonly stations: readonly string[];
  readonly names: readonly string[];
  readonly streets: readonly string[];
  readonly cities: readonly string[];
  readonly staff: readonly string[];
  readonly goods: readonly Ware[];
  readonly dishes: readonly Ware[];
  readonly fuels: readonly Ware[];
  readonly services: readonly Ware[];
  /** Closing lines; a block is printed whole. */
  readonly closings: readonly (readonly string[])[];
  readonly handwriting: readonly string[];
}

/** Something to buy, and its usual price in minor units. */
export interface Ware {
  readonly name: string;
  readonly price: number;
}

/** The items of a list written as running text: `Emma; Jack; Till 3`. */
export function words(text: string): string[] {
  return text.split(';').map((item) => item.trim());
}

/** A price list written as running text: `BANANAS LOOSE|96; CARROTS 1KG|60`. */
export function wares(text: string): Ware[] {
  return words(text).map((item) => {
    const [name, price] = item.split('|');
    return { name, price: Number(price) };
  });
}
