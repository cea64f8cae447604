import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { serialize, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { frameHeader } from './frames.js';
import { Group } from './group.js';
import { type Link, MESSAGE } from './link.js';
import { RankError } from './rank-error.js';
import { joinBySockets } from './socket-link.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'inkstone-ranks-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Generous, for a machine that is busy. */
const LONG = 60;

const linksOf = (size: number): Promise<Link[]> =>
  Promise.all(Array.from({ length: size }, (_, rank) => joinBySockets({ folder, rank, size }, LONG)));

async function ranks(size: number, timeout = LONG): Promise<Group[]> {
  return (await linksOf(size)).map((link) => new Group(link, timeout));
}

const closeAll = (groups: readonly Group[]) => Promise.all(groups.map((group) => group.close()));

/** What a rank is told, of a RankError. */
const reasonOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing went wrong',
    (error) => (error instanceof RankError ? error.message : `not a RankError: ${error}`),
  );

describe('a group of ranks', () => {
  it.each([2, 3, 5])('gives every rank what each has for it: %d ranks, many times over', async (size) => {
    const groups = await ranks(size);
    for (let round = 0; round < 20; round++) {
      const got = await Promise.all(
        groups.map((group) => group.exchange((to) => ({ from: group.rank, to, round }))),
      );
      expect(got).toEqual(
        groups.map(({ rank: to }) => groups.map(({ rank: from }) => ({ from, to, round }))),
      );
    }
    await closeAll(groups);
  });

  it('carries numbers bit for bit, in messages longer than any buffer', async () => {
    const groups = await ranks(2);
    const sent = groups.map(({ rank }) => {
      const bits = new Uint32Array(1_000_001).map((_, index) => (index * 2_654_435_761 + rank) >>> 0);
      return { values: new Float32Array(bits.buffer), losses: [Number.NaN, Number.POSITIVE_INFINITY, -0] };
    });
    const got = await Promise.all(groups.map((group) => group.exchange(() => sent[group.rank]!)));
    for (const [from, to] of [[0, 1] as const, [1, 0] as const]) {
      const { values, losses } = got[to]![from]!;
      const bits = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
      expect(bits.equals(Buffer.from(sent[from]!.values.buffer))).toBe(true);
      expect(losses).toEqual([Number.NaN, Number.POSITIVE_INFINITY, -0]);
    }
    await closeAll(groups);
  });

  it('lets a rank be ahead, and keeps what it says until it is asked for', async () => {
    const [fast, slow] = (await ranks(2)) as [Group, Group];
    const ahead = fast.exchange(() => 'early');
    await delay(50);
    expect(await slow.exchange(() => 'late')).toEqual(['early', 'late']);
    expect(await ahead).toEqual(['early', 'late']);
    await closeAll([fast, slow]);
  });
});

describe('a rank that is lost', () => {
  it('ends the exchange of the others at once when its process ends', async () => {
    const [dying, ...links] = await linksOf(3);
    const exchanges = links.map((link) => reasonOf(new Group(link, LONG).exchange(() => 1)));
    await dying!.close(false);
    for (const reason of await Promise.all(exchanges)) {
      expect(reason).toMatch(/^rank 0 is gone: its process ended/);
    }
  });

  it('is named when it does not answer in time, and nothing is exchanged any more', async () => {
    const [first, , third] = (await ranks(3, 0.5)) as [Group, Group, Group];
    const exchanges = [first, third].map((group) => reasonOf(group.exchange(() => 1)));
    for (const reason of await Promise.all(exchanges)) {
      expect(reason).toMatch(/^rank 1 has not answered for 0.5 s/);
    }
    expect(await reasonOf(first.exchange(() => 1))).toMatch(/^rank 1 has not answered/);
  });

  it('is named when it answers and takes nothing', async () => {
    const [link, idle] = (await linksOf(2)) as [Link, Link];
    const group = new Group(link, 1);
    void idle.send(0, MESSAGE.data, serialize('answer'));
    // As when the socket is full.
    vi.spyOn(link, 'send').mockReturnValue(new Promise(() => {}));
    expect(await reasonOf(group.exchange(() => 'question'))).toMatch(/^rank 1 has taken nothing for 1 s/);
    await Promise.all([link, idle].map((one) => one.close(false)));
  });

  it('says why when it gives up, and the reason goes round unchanged', async () => {
    const groups = (await ranks(3)) as [Group, Group, Group];
    const told = 'rank 0 ended the run: the disk is full';
    const exchange = reasonOf(groups[1].exchange(() => 1));
    await groups[0].abort(new Error('the disk is full'));
    expect(await exchange).toBe(told);
    await groups[1].abort(new RankError(told));
    expect(await reasonOf(groups[2].exchange(() => 1))).toBe(told);
  });

  it('waits with its end until a rank that was busy has read why', async () => {
    const [link, busy] = (await linksOf(2)) as [Link, Link];
    const leaving = new Group(link, LONG);
    // More than the socket holds by itself.
    leaving.post(() => new Uint8Array(4_000_000));
    const end = leaving.abort(new Error('the disk is full'));
    await delay(1500);
    const group = new Group(busy, LONG);
    const twice = group.exchange(() => 1).then(() => group.exchange(() => 2));
    expect(await reasonOf(twice)).toBe('rank 0 ended the run: the disk is full');
    await end;
  });

  it('says why also to a rank that writes before it reads', async () => {
    const [leaving, group] = (await ranks(2)) as [Group, Group];
    const end = leaving.abort(new Error('the disk is full'));
    // So that nothing is read meanwhile.
    for (let tick = 0; tick < 50; tick += 1) await new Promise<void>((resolve) => process.nextTick(resolve));
    expect(await reasonOf(group.collect(group.post(() => 1)))).toBe('rank 0 ended the run: the disk is full');
    await end;
  });

  it.each([0, 1])('is named when it never came: rank %d waits for it', async (rank) => {
    const joining = joinBySockets({ folder, rank, size: 2 }, 0.3);
    await delay(100);
    // What counts the time may not be taken for garbage.
    collectGarbage();
    expect(await reasonOf(joining)).toBe(`rank ${1 - rank} did not come within 0.3 s`);
    // What it leaves does not keep the next run from its place.
    await closeAll(await ranks(2));
  });

  it('keeps nobody when it hangs after it has said that it is done', async () => {
    const [link] = await Promise.all([
      joinBySockets({ folder, rank: 0, size: 2 }, LONG),
      hangingOnceDone(join(folder, '0-1.sock')),
    ]);
    await new Group(link, LONG).close();
    const { sockets } = link as unknown as { readonly sockets: ReadonlyMap<number, Socket> };
    await expect.poll(() => [...sockets.values()].map(({ destroyed }) => destroyed)).toEqual([true]);
  });

  it('is not blamed for a folder where nobody can meet', async () => {
    writeFileSync(join(folder, '0-2.sock'), 'no socket');
    const joining = joinBySockets({ folder, rank: 0, size: 3 }, LONG);
    await expect(joining).rejects.toThrow(`${folder}: `);
    await expect(joining).rejects.toThrow('; it is where the ranks meet');
  });
});

/** Rank 1 of 2, which does nothing any more after its last exchange. */
async function hangingOnceDone(path: string): Promise<void> {
  await expect.poll(() => existsSync(path)).toBe(true);
  const socket = connect({ path, allowHalfOpen: true });
  const nothing = serialize(null);
  socket.write(frameHeader(MESSAGE.data, nothing.length));
  socket.write(nothing);
  onTestFinished(() => void socket.destroy());
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}
