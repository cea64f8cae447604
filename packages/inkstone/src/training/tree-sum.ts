/**
 * Sums in one fixed order: that of a binary tree over the terms' places, in which places 2k and 2k + 1 of a level share
 * a parent. The tree is cut the same way however many processes add it up, as long as each has whole subtrees, so the
 * rounding is the same too. A place without a term leaves its neighbour's sum as it is.
 *
 * Terms come in the order of their places. A sum is made once both halves of it are whole, so about log₂(terms) partial
 * sums are held at a time.
 */
export class TreeSum<Term> {
  #partial: { readonly place: number; readonly sum: Term }[] = [];
  readonly #add: (left: Term, right: Term) => Term;

  constructor(add: (left: Term, right: Term) => Term) {
    this.#add = add;
  }

  add(place: number, term: Term): void {
    // A subtree without this place is whole: no later term is in it either.
    while (this.#partial.length > 1 && commonHeight(this.#lastPlace, place) > this.#lastHeight) this.#merge();
    this.#partial.push({ place, sum: term });
  }

  /** The sum, with which another begins; undefined of no terms. */
  finish(): Term | undefined {
    while (this.#partial.length > 1) this.#merge();
    return this.#partial.pop()?.sum;
  }

  get #lastPlace(): number {
    return this.#partial.at(-1)!.place;
  }

  /** Of the node in which the two last partial sums meet. */
  get #lastHeight(): number {
    return commonHeight(this.#partial.at(-2)!.place, this.#lastPlace);
  }

  #merge(): void {
    const right = this.#partial.pop()!;
    const left = this.#partial.pop()!;
    this.#partial.push({ place: left.place, sum: this.#add(left.sum, right.sum) });
  }
}

/** Levels up from two places to the first node that is above both. */
const commonHeight = (a: number, b: number): number => 32 - Math.clz32(a ^ b);
