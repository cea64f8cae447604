import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Statistics } from '../statistics.js';
import { Circuit } from './circuit.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const always = () => true;

function setUp(threads: number) {
  const { buffer } = new Statistics(['image']);
  const told: string[] = [];
  const circuits = Array.from({ length: threads }, () => {
    return new Circuit(new Statistics(['image'], buffer), {
      until: 'sharedAwayUntil',
      pause: 'sharedAwayPause',
      since: 'sharedBackSince',
      onOpen: ({ message }) => told.push(message),
      onClose: () => told.push('well'),
    });
  });
  let asked = 0;
  const good = async () => ++asked;
  const bad = async () => {
    asked++;
    throw new Error('ill');
  };
  return { circuits, told, good, bad, asked: () => asked };
}

it('one thread finds out for all, one tries for all, and one tells', async () => {
  const { circuits, told, good, bad, asked } = setUp(4);
  await Promise.all(circuits.map((circuit) => circuit.attempt(bad, always)));
  expect([asked(), told]).toEqual([4, ['ill']]);
  for (const circuit of circuits) expect(await circuit.attempt(good, always)).toBeUndefined();
  expect(asked()).toBe(4);
  vi.advanceTimersByTime(1_000);
  await Promise.all(circuits.map((circuit) => circuit.attempt(bad, always)));
  expect([asked(), told]).toEqual([5, ['ill']]);
  vi.advanceTimersByTime(2_000);
  expect(await circuits[2]!.attempt(good, always)).toBe(6);
  expect(await circuits[0]!.attempt(good, always)).toBe(7);
  expect(told).toEqual(['ill', 'well']);
});

it('a server that stays away is tried once a minute at last, and so is one that comes and goes', async () => {
  const { circuits, told, good, bad, asked } = setUp(1);
  const [circuit] = circuits as [Circuit];
  for (let second = 0; second < 3600; second++) {
    await circuit.attempt(bad, always);
    vi.advanceTimersByTime(1_000);
  }
  expect(asked()).toBeLessThan(70);
  expect(told).toEqual(['ill']);
  for (let second = 0; second < 3600; second++) {
    await circuit.attempt(second % 2 === 0 ? good : bad, always);
    vi.advanceTimersByTime(1_000);
  }
  expect(told.length).toBeLessThan(150);
});

it('failures of another kind are the caller’s, and what was not found out changes nothing', async () => {
  const { circuits, told, good, bad } = setUp(1);
  const [circuit] = circuits as [Circuit];
  await expect(circuit.attempt(bad, () => false)).rejects.toThrow('ill');
  expect(told).toEqual([]);
  await circuit.attempt(bad, always);
  vi.advanceTimersByTime(1_000);
  expect(await circuit.attempt(async () => undefined, always)).toBeUndefined();
  expect(await circuit.attempt(good, always)).toBeUndefined();
  expect(told).toEqual(['ill']);
});
