/**
 * Loaded before a program (`node --import`): SIGKILL at its call number KILL_AT_CALL that changes a file, a write being half done
 * by then. With 0 it lives, and says on standard error how many such calls there were.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const CHANGES = [
  'writeSync',
  'writeFileSync',
  'openSync',
  'closeSync',
  'fsyncSync',
  'renameSync',
  'linkSync',
  'rmSync',
  'mkdirSync',
  'ftruncateSync',
];

const last = Number(process.env.KILL_AT_CALL);
let calls = 0;
for (const name of isMainThread ? CHANGES : []) {
  const call = fs[name];
  fs[name] = (...args) => {
    const reads = name === 'openSync' && (args[1] ?? 'r') === 'r';
    calls += reads ? 0 : 1;
    if (calls === last && !reads) {
      if (name === 'writeSync') call(args[0], args[1].subarray(0, args[1].length >> 1));
      process.kill(process.pid, 'SIGKILL');
    }
    return call(...args);
  };
}
syncBuiltinESMExports();
if (last === 0) process.on('exit', () => console.error(`${calls} calls`));
