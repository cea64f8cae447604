import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The commit that a checkout stands at, `-dirty` behind it when files were changed since. */
export const currentCommit = () =>
  execFileSync('git', ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    encoding: 'utf8',
  }).trim();
