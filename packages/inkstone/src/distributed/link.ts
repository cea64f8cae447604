/** What a message is for, beside its contents. */
export const MESSAGE = { data: 0, abort: 1 } as const;

export type MessageKind = (typeof MESSAGE)[keyof typeof MESSAGE];

export interface LinkListener {
  /** Messages of a rank come whole, and those of a kind in the order in which they were sent. */
  onMessage(from: number, kind: MessageKind, body: Uint8Array): void;
  /** Nothing more will come from that rank. */
  onLost(from: number, why: string): void;
}

/** Carries messages between the ranks of a run. How long is waited, and what is done when one is lost, is the group's business. */
export interface Link {
  readonly rank: number;
  readonly size: number;
  /** Nothing that came earlier is lost. */
  listen(listener: LinkListener): void;
  /**
   * Resolves when `body` may be used again; of `abort`, which is the last that is sent, where it can be known when the other has left. A rank that is
   * lost is the listener's business, and no error here.
   */
  send(to: number, kind: MessageKind, body: Uint8Array): Promise<void>;
  /** `clean`: every rank has said that it is done. Otherwise it waits for none. */
  close(clean: boolean): Promise<void>;
}
