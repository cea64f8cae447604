/** Which picture is worth a person's time first. */
import type { PictureRow } from '../../labels/protocol.js';

/** Those that nobody has confirmed, the most doubtful first, and then the others. */
export function byDoubt(rows: Iterable<PictureRow>): PictureRow[] {
  const isDone = ({ state }: PictureRow) => Number(state === 'confirmed');
  const doubt = (row: PictureRow) => row.doubt ?? -1;
  return [...rows].sort((a, b) => isDone(a) - isDone(b) || doubt(b) - doubt(a) || (a.name < b.name ? -1 : 1));
}

/** The picture to go on with after `name`: the next one that is not confirmed, in the order of doubt. Undefined: all are. */
export function nextToConfirm(rows: Iterable<PictureRow>, name: string): string | undefined {
  return byDoubt(rows).find((row) => row.name !== name && row.state !== 'confirmed')?.name;
}

/** The one that stands behind it. */
export function nextInOrder(rows: Iterable<PictureRow>, name: string): string | undefined {
  const order = byDoubt(rows);
  const at = order.findIndex((row) => row.name === name);
  return order[(at + 1) % order.length]?.name;
}

export const countConfirmed = (rows: Iterable<PictureRow>): number =>
  [...rows].filter(({ state }) => state === 'confirmed').length;
