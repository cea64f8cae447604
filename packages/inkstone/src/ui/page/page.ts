/** One page behind a `#/…` address. */
export interface Page {
  /** Of the browser's tab. */
  readonly title: (names: readonly string[]) => string;
  /**
   * Fills `place`.
   *
   * @param names what the address says after the page's own name: `#/runs/mine` shows `runs` with `['mine']`
   * @param left aborted when the user goes to another page: streams and listeners end with it
   */
  readonly show: (place: HTMLElement, names: readonly string[], left: AbortSignal) => void | Promise<void>;
}
