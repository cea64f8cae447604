import * as fs from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../test/receipt-folder.js';
import { Claims } from './claims.js';

const NAME = `image-${'0'.repeat(32)}`;

describe('a claim in the way', () => {
  afterEach(() => vi.useRealTimers());

  function setUp(place: (path: string) => void) {
    const folder = temporaryFolder();
    const path = join(folder, NAME);
    place(path);
    const claims = new Claims(folder, (_, action) => action());
    return { claims, path, take: claims.taker(NAME) };
  }
  const ofAnotherHost = (secondsFromNow: number) => (path: string) => {
    fs.symlinkSync('77:88:another-host', path);
    const time = Date.now() / 1000 + secondsFromNow;
    fs.lutimesSync(path, time, time);
  };

  it.each([
    ['right', 0],
    ['a day ahead', 86_400],
    ['minutes behind', -300],
  ])('of another host, whose clock is %s, is waited for as long as it is renewed', (_, secondsFromNow) => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { path, take } = setUp(ofAnotherHost(secondsFromNow));
    for (let i = 0; i < 10; i++) {
      expect(take()).toBe(false);
      vi.advanceTimersByTime(5_000);
      const time = fs.lstatSync(path).mtimeMs / 1000 + 2;
      fs.lutimesSync(path, time, time);
    }
    for (let waited = 0; waited <= 10_000; waited += 5_000) {
      expect(take()).toBe(false);
      vi.advanceTimersByTime(5_000);
    }
    expect(take()).toBe(true);
  });

  it('of a process of this host that is gone is taken over at once', () => {
    const { take } = setUp((path) => fs.symlinkSync(`999999999:0:${hostname()}`, path));
    expect(take()).toBe(true);
  });

  it.each([
    ['a file', (path: string) => fs.writeFileSync(path, 'mine')],
    ['a folder', (path: string) => fs.mkdirSync(path)],
    ['a link of another kind', (path: string) => fs.symlinkSync('/elsewhere', path)],
  ])('that is none, but %s, stays and blocks nobody', (_, place) => {
    const { claims, path, take } = setUp(place);
    const { ino, ctimeMs } = fs.lstatSync(path);
    expect(take()).toBe(true);
    claims.release(NAME);
    expect(fs.lstatSync(path)).toMatchObject({ ino, ctimeMs });
  });
});

it('a claim is held until it is released', () => {
  const folder = temporaryFolder();
  const [one, other] = [0, 1].map(() => new Claims(folder, (_, action) => action()));
  expect(one!.taker(NAME)()).toBe(true);
  const take = other!.taker(NAME);
  expect(take()).toBe(false);
  other!.release(NAME);
  expect(take()).toBe(false);
  one!.release(NAME);
  expect(take()).toBe(true);
  other!.release(NAME);
  expect(fs.readdirSync(folder)).toEqual([]);
});
