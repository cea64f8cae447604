import { expect, it } from 'vitest';
import type { PictureRow } from '../../labels/protocol.js';
import { byDoubt, nextInOrder, nextToConfirm } from './order.js';

const row = (name: string, state: PictureRow['state'], doubt: number | null): PictureRow => ({
  name,
  state,
  doubt,
  texts: 1,
  problem: null,
  version: name,
});
const ROWS = [
  row('a', 'confirmed', null),
  row('b', 'draft', 1.5),
  row('c', 'new', null),
  row('d', 'draft', 4),
  row('e', 'edited', 1.5),
];

it('puts the most doubtful pictures first, and those that are done last', () => {
  expect(byDoubt(ROWS).map(({ name }) => name)).toEqual(['d', 'b', 'e', 'c', 'a']);
  expect(nextToConfirm(ROWS, 'd')).toBe('b');
  expect(nextToConfirm([ROWS[0]!], 'a')).toBeUndefined();
  expect([nextInOrder(ROWS, 'd'), nextInOrder(ROWS, 'a')]).toEqual(['b', 'd']);
});
