import { expect, it } from 'vitest';

const script = new URL('../../../scripts/check-arrows.mjs', import.meta.url).href;

it('rooms import rooms below them, through their doors, and never in a circle', async () => {
  const { brokenArrows }: { brokenArrows(): string[] } = await import(script);
  expect(brokenArrows()).toEqual([]);
});
