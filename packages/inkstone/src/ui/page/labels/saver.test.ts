import { afterEach, describe, expect, it, vi } from 'vitest';
import type { PictureChange, PictureLabels } from '../../labels/protocol.js';
import { Saver } from './saver.js';

const text = (x: number) => ({
  polygon: [
    [x, 0],
    [x + 9, 0],
    [x + 9, 9],
  ] as const,
  transcript: '',
  ignore: false,
});
const change = (...at: number[]): PictureChange => ({ texts: at.map(text), isConfirmed: false });

interface Sent {
  readonly version: string | null;
  readonly change: PictureChange;
}

/** Answers with one after the other; null: does not answer. */
function answering(...answers: (readonly [status: number, body: unknown] | null)[]): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal(
    'fetch',
    async (_: string, { headers, body }: { headers: Record<string, string>; body: string }) => {
      sent.push({ version: headers['if-match'] ?? null, change: JSON.parse(body) });
      const answer = answers.shift();
      if (!answer) throw new TypeError('no answer');
      return Response.json(answer[1], { status: answer[0] });
    },
  );
  return sent;
}

const saved = (version: string) => [200, { version }] as const;
const conflict = (version: string, ...at: number[]) => {
  const current: PictureLabels = {
    name: 'a',
    width: 9,
    height: 9,
    state: 'edited',
    texts: change(...at).texts,
    version,
  };
  return [409, { error: 'changed', current }] as const;
};

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('Saver', () => {
  it('sends the newest, each on top of what was saved before', async () => {
    const sent = answering(saved('2'), saved('3'));
    const saver = new Saver('a', '1', () => {});
    for (const last of [1, 2, 3]) saver.save(change(last));
    expect(saver.state).toBe('saving');
    expect(await saver.settled()).toBe(true);
    expect(sent).toEqual([
      { version: '"1"', change: change(1) },
      { version: '"2"', change: change(3) },
    ]);
  });

  it('sends again what nobody answered, and takes it for saved when it was', async () => {
    vi.useFakeTimers();
    // Labels have an order of their own.
    const sent = answering(null, conflict('2', 3, 1), saved('3'));
    const saver = new Saver('a', '1', () => {});
    saver.save(change(1, 3));
    await vi.advanceTimersByTimeAsync(0);
    expect([saver.state, saver.problem]).toEqual(['waiting', expect.stringContaining('does not answer')]);
    await vi.advanceTimersByTimeAsync(5000);
    expect([saver.state, saver.version, sent.length]).toEqual(['saved', '2', 2]);
  });

  it('sends a change that mends what was refused meanwhile', async () => {
    const sent = answering([422, { error: 'two points' }], saved('2'), [422, { error: 'two points' }]);
    const saver = new Saver('a', '1', () => {});
    for (const last of [1, 2]) saver.save(change(last));
    expect(await saver.settled()).toBe(true);
    expect(sent.map(({ change }) => change)).toEqual([change(1), change(2)]);
    saver.save(change(3));
    expect(await saver.settled()).toBe(false);
    expect([saver.state, saver.problem]).toEqual(['refused', 'two points']);
  });

  it('saves nothing over the work of others before somebody says so, however much is changed', async () => {
    const sent = answering(conflict('2', 7), saved('3'));
    const saver = new Saver('a', '1', () => {});
    saver.save(change(1));
    expect(await saver.settled()).toBe(false);
    saver.save(change(1, 2));
    expect([saver.state, saver.theirs?.texts, sent.length]).toEqual(['conflict', [text(7)], 1]);
    saver.replaceTheirs(change(1, 2));
    expect(await saver.settled()).toBe(true);
    expect(sent[1]).toEqual({ version: '"2"', change: change(1, 2) });
  });

  it('goes on when a conflict is ended in the moment in which it is told', async () => {
    const sent = answering(conflict('2', 7), saved('3'));
    const saver: Saver = new Saver('a', '1', () => {
      if (saver.state === 'conflict') saver.replaceTheirs(change(1, 7));
    });
    saver.save(change(1));
    expect(await saver.settled()).toBe(true);
    expect([saver.version, sent[1]!.change]).toEqual(['3', change(1, 7)]);
  });

  it('says why something is not taken, and saves what comes after', async () => {
    answering([422, { error: 'a text has no area' }], saved('2'));
    const saver = new Saver('a', '1', () => {});
    saver.save(change(1));
    expect([await saver.settled(), saver.state, saver.problem]).toEqual([
      false,
      'refused',
      'a text has no area',
    ]);
    saver.save(change(2));
    expect(await saver.settled()).toBe(true);
  });
});
