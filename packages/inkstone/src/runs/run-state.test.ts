import { describe, expect, it } from 'vitest';
import { runState } from './run-state.js';

const finished = { outcome: 'finished', steps: 20 } as const;
const interrupted = { outcome: 'interrupted', steps: 10 } as const;

describe('the state of a run', () => {
  it('is running while its process lives, whatever it was before', () => {
    expect(runState({ isAlive: true }, undefined, 0)).toBe('running');
    expect(runState({ isAlive: true }, interrupted, 12)).toBe('running');
  });

  it('is killed when its process is gone and has not taken its lock away', () => {
    expect(runState({ isAlive: false }, undefined, 5)).toBe('killed');
    expect(runState({ isAlive: false }, interrupted, 12)).toBe('killed');
  });

  it('is the outcome of its summary', () => {
    expect(runState(undefined, finished, 20)).toBe('finished');
    expect(runState(undefined, interrupted, 10)).toBe('interrupted');
  });

  it('is failed when it ended without a summary, or went on behind its last one', () => {
    expect(runState(undefined, undefined, 5)).toBe('failed');
    expect(runState(undefined, interrupted, 12)).toBe('failed');
  });
});
