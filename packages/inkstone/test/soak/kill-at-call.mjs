/**
 * Loaded before a program (`node --import`): SIGKILL at its call number KILL_AT_CALL that changes a file, a write being half done
 * by then. With 0 it lives, and says on standard error how many such calls there were.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const CHANGES = [
  'writeSync',
  'writevSync',
  'writeFileSync',
  'openSync',
  'closeSync',
  'fsyncSync',
  'renameSync',
  'linkSync',
  'symlinkSync',
  'unlinkSync',
  'rmSync',
  'rmdirSync',
  'mkdirSync',
  'ftruncateSync',
  'utimesSync',
];
const PROMISED = ['unlink', 'rm', 'rmdir', 'rename', 'writeFile'];

const last = Number(process.env.KILL_AT_CALL);
let calls = 0;

function watch(owner, name) {
  const call = owner[name];
  owner[name] = (...args) => {
    const reads = name === 'openSync' && !isForWriting(args[1] ?? 'r');
    calls += reads ? 0 : 1;
    if (calls === last && !reads) {
      if (name === 'writeSync') call(args[0], args[1].slice(0, args[1].length >> 1));
      if (name === 'writevSync') call(args[0], args[1].slice(0, 1));
      process.kill(process.pid, 'SIGKILL');
    }
    return call(...args);
  };
}

const isForWriting = (flags) =>
  typeof flags === 'number' ? (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) !== 0 : flags !== 'r';

if (isMainThread) {
  for (const name of CHANGES) watch(fs, name);
  for (const name of PROMISED) watch(fs.promises, name);
}
syncBuiltinESMExports();
if (last === 0) process.on('exit', () => console.error(`${calls} calls`));
