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
    /** Minor units that a cash total is rounded to. */
    readonly cashUnit: number;
    /** Bank notes, minor units. */
    readonly notes: readonly number[];
  };
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
  readonly trades: readonly string[];
  readonly eateries: readonly string[];
  readonly stations: readonly string[];
  readonly names: readonly string[];
  readonly streets: readonly string[];
  readonly cities: readonly string[];
  readonly staff: readonly string[];
  /** `name|usual price in minor units`. */
  readonly goods: readonly string[];
  readonly dishes: readonly string[];
  readonly fuels: readonly string[];
  readonly services: readonly string[];
  /** Closing lines; a block is printed whole. */
  readonly closings: readonly (readonly string[])[];
  readonly handwriting: readonly string[];
}

export interface Labels {
  readonly receipt: readonly string[];
  readonly invoice: readonly string[];
  readonly number: readonly string[];
  readonly date: string;
  readonly time: string;
  readonly cashier: readonly string[];
  readonly table: string;
  readonly guests: string;
  readonly item: readonly string[];
  readonly quantity: readonly string[];
  readonly price: readonly string[];
  readonly amount: readonly string[];
  readonly subtotal: readonly string[];
  readonly discount: readonly string[];
  readonly service: string;
  readonly rounding: readonly string[];
  readonly total: readonly string[];
  readonly cash: readonly string[];
  readonly card: readonly string[];
  readonly change: readonly string[];
  readonly itemCount: readonly string[];
  readonly taxSummary: readonly string[];
  readonly net: string;
  readonly pump: string;
  readonly litres: string;
  readonly unitOfFuel: string;
  readonly taxi: string;
  readonly driver: string;
  readonly fare: string;
  readonly distance: string;
  readonly parking: readonly string[];
  readonly entry: string;
  readonly exit: string;
  readonly duration: string;
  readonly paid: string;
  readonly customer: string;
  readonly billTo: string;
  readonly due: string;
  readonly bank: string;
  readonly approved: readonly string[];
  readonly merchant: string;
  readonly terminal: string;
  readonly signature: string;
  readonly copy: readonly string[];
  readonly stamp: readonly string[];
  readonly phone: string;
}
