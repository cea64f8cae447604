/** `inkstone ui` from its first line to its last. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { INKSTONE } from './program.js';
import { temporaryFolder } from './receipt-folder.js';

describe('inkstone ui', () => {
  it('prints an address that opens, and ends with Ctrl-C although a page listens', async () => {
    const child = spawn(process.execPath, [INKSTONE, 'ui', '--port', '0'], { cwd: temporaryFolder() });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [line] = await once(child.stdout, 'data');
    const address = /^Open (http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32})\nCtrl-C ends it\.\n$/.exec(
      String(line),
    )![1]!;
    const page = await fetch(address);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<main')]);
    const [cookie] = page.headers.getSetCookie();
    const stream = await fetch(new URL('/api/runs', address), {
      headers: { cookie: cookie!.split(';')[0]! },
    });
    const reader = stream.body!.getReader();
    expect(String(Buffer.from((await reader.read()).value!))).toContain('"rows":[]');

    const ended = once(child, 'exit');
    child.kill('SIGINT');
    // The stream is cut off.
    await reader.read().catch(() => {});
    expect(await ended).toEqual([0, null]);
  });

  it.each(['0.0.0.0', '127.0.0.9'])('lets nobody in by --host %s alone', (host) => {
    const { status, stderr } = spawnSync(process.execPath, [INKSTONE, 'ui', '--host', host], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([
      2,
      `error: --host ${host} lets other machines in; add --allow-remote if you mean that, or leave --host out\n`,
    ]);
  });
});
