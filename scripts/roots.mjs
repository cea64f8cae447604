/**
 * `npm run roots`: tries what `npm run pack` made in roots that hold a bare Debian and one Node, as containers do: no compiler, no
 * Python, no install scripts. In each, doctor must name the kernels that run, and the small demo must train with them.
 *
 *   npm run roots                            Node 20, 22 and 24 on this processor
 *   npm run roots -- --arch arm64 --node 22  another processor, emulated by qemu: a demo of a few steps
 *   npm run roots -- --without-kernels       with the package of ready-made kernels removed
 *   npm run roots -- --few-steps             where time is short
 *
 * Takes root's rights, `apt install debootstrap` and, for another processor, `qemu-user-static`. A soak: not part of the tests.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const release = fileURLToPath(new URL('../release', import.meta.url));
const MIRROR = 'http://deb.debian.org/debian';
const DEBIAN = { x64: 'amd64', arm64: 'arm64' };
const EMULATOR = '/usr/bin/qemu-aarch64-static';
/** All that Node needs and a container has, where debootstrap's first stage has less. */
const LIBRARIES = ['libstdc++6'];
const MUST_BE_MISSING = ['g++', 'c++', 'cc', 'clang++', 'make', 'python3'];
const FEW_STEPS = [
  ['trainer.max_epochs=1', 'trainer.check_val_every_n_epoch=1', 'trainer.limit_train_batches=2'],
  ['data.size=128', 'data.synthetic.train_count=8', 'data.synthetic.val_count=2'],
].flat();

const { values } = parseArgs({
  options: {
    arch: { type: 'string', default: process.arch },
    node: { type: 'string', multiple: true, default: ['20.19', '22', '24'] },
    'without-kernels': { type: 'boolean', default: false },
    'few-steps': { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});
const { arch } = values;
const isEmulated = arch !== process.arch;

const run = (program, ...words) =>
  execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

/** debootstrap's first stage unpacks without running anything, so it works for any processor. The folder is kept for the next time. */
function bareDebian() {
  const base = join(tmpdir(), `inkstone-debian-${arch}`);
  if (existsSync(base)) return base;
  const folder = mkdtempSync(`${base}-`);
  const libraries = `--include=${LIBRARIES.join(',')}`;
  const words = ['--foreign', '--variant=minbase', `--arch=${DEBIAN[arch]}`, libraries, 'bookworm'];
  run('debootstrap', ...words, folder, MIRROR);
  const archives = join(folder, 'var/cache/apt/archives');
  const isWanted = (file) => LIBRARIES.some((name) => file.startsWith(`${name}_`));
  for (const file of readdirSync(archives).filter(isWanted))
    run('dpkg-deb', '-x', join(archives, file), folder);
  for (const left of ['debootstrap', 'dev', 'proc', archives])
    rmSync(resolve(folder, left), { recursive: true });
  for (const mounted of ['dev', 'proc']) mkdirSync(join(folder, mounted));
  renameSync(folder, base);
  return base;
}

/** npm's packages hold Node's program alone. */
function addNode(folder, version) {
  const opt = join(folder, 'opt');
  mkdirSync(opt, { recursive: true });
  const words = ['pack', `node-linux-${arch}@^${version}`, '--json', '--pack-destination', opt];
  const [{ filename }] = JSON.parse(run('npm', ...words));
  run('tar', '-xzf', join(opt, filename), '-C', opt);
  cpSync(join(opt, 'package/bin/node'), join(folder, 'usr/bin/node'));
  cpSync(join(run('npm', 'root', '--global').trim(), 'npm'), join(opt, 'npm'), { recursive: true });
  if (isEmulated) cpSync(EMULATOR, join(folder, EMULATOR));
  const certificates = process.env.NODE_EXTRA_CA_CERTS;
  for (const file of ['/etc/resolv.conf', ...(certificates ? [certificates] : [])])
    cpSync(file, join(folder, file), { dereference: true });
}

/** An empty project that installs the packed files. */
function addProject(folder) {
  const files = readdirSync(release).filter((file) => file.endsWith('.tgz'));
  const wanted = files.filter(
    (file) => /^inkstone(-detect|-receipts)?-\d/.test(file) || file.includes(`-linux-${arch}-`),
  );
  if (wanted.length !== 4)
    throw new Error(
      `release/ holds ${wanted.join(', ')}; run npm run prebuilt -- linux-${arch}-gnu and npm run pack`,
    );
  const project = join(folder, 'project');
  mkdirSync(project);
  for (const file of wanted) cpSync(join(release, file), join(project, file));
  // npm installs what it may leave out for the processor that it is told, and refuses all else that is not for its own.
  const optionalDependencies = Object.fromEntries(
    wanted.map((file) => [file.replace(/-\d.*/, ''), `file:${file}`]),
  );
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, optionalDependencies }));
}

const ENVIRONMENT = {
  PATH: '/usr/bin:/bin:/usr/sbin:/sbin',
  HOME: '/root',
  NO_UPDATE_NOTIFIER: '1',
  ...(process.env.NODE_EXTRA_CA_CERTS && { NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS }),
};

/** Runs a program of Node's in the root's project. What is mounted for it goes when it ends. */
function inside(folder, ...words) {
  const enter = `mount -t proc proc ${folder}/proc && mount --rbind /dev ${folder}/dev && exec chroot ${folder} "$@"`;
  const node = [...(isEmulated ? [EMULATOR] : []), '/usr/bin/node', '--import', CHANGE_FOLDER];
  return spawnSync('unshare', ['--mount', 'sh', '-c', enter, 'sh', ...node, ...words], {
    encoding: 'utf8',
    env: ENVIRONMENT,
    maxBuffer: 64e6,
  });
}

/** Threads inherit the option, and may not do this. */
const CHANGE_FOLDER = `data:text/javascript,${encodeURIComponent(
  'import { isMainThread } from "node:worker_threads"; if (isMainThread) process.chdir("/project");',
)}`;

/** An emulated program cannot start others, so that npm runs outside for it. */
function install(folder) {
  const words = ['install', '--ignore-scripts', '--no-audit', '--no-fund'];
  if (isEmulated) {
    const target = ['--os=linux', `--cpu=${arch}`, '--libc=glibc', '--prefix', join(folder, 'project')];
    return spawnSync('npm', [...words, ...target], { encoding: 'utf8' });
  }
  return inside(folder, '/opt/npm/bin/npm-cli.js', ...words);
}

function inkstone(folder, ...words) {
  const program = isEmulated
    ? ['/project/node_modules/inkstone/bin/inkstone.js']
    : ['/opt/npm/bin/npx-cli.js', 'inkstone'];
  return inside(folder, ...program, ...words);
}

function expect(isTrue, message, { stdout, stderr } = { stdout: '', stderr: '' }) {
  if (!isTrue) throw new Error(`${message}\n${stdout}${stderr}`);
}

function tryRoot(base, version) {
  const folder = mkdtempSync(join(tmpdir(), `inkstone-root-${arch}-${version}-`));
  try {
    cpSync(base, folder, { recursive: true, verbatimSymlinks: true });
    addNode(folder, version);
    addProject(folder);
    const compilers = MUST_BE_MISSING.filter((name) => existsSync(join(folder, 'usr/bin', name)));
    expect(compilers.length === 0, `the root has ${compilers.join(', ')}`);
    const installed = install(folder);
    expect(installed.status === 0, 'npm install failed', installed);
    const kernels = `inkstone-linux-${arch}-gnu`;
    if (values['without-kernels']) rmSync(join(folder, 'project/node_modules', kernels), { recursive: true });

    const doctor = inkstone(folder, 'doctor', '--json', ...(isEmulated ? ['--no-speed'] : []));
    expect(doctor.status === 0, 'doctor finds no kernels', doctor);
    const { backend, versions, speed } = JSON.parse(doctor.stdout);
    const wanted = values['without-kernels'] ? 'wasm' : 'native';
    expect(backend.name === wanted, `doctor says that ${backend.name} runs, not ${wanted}`, doctor);
    const isShort = isEmulated || values['few-steps'];
    const start = performance.now();
    const demo = inkstone(folder, 'demo', '--small', ...(isShort ? FEW_STEPS : []));
    expect(demo.status === 0, 'the demo failed', demo);
    const seconds = Math.round((performance.now() - start) / 1000);
    const summary = JSON.parse(readFileSync(join(folder, 'project/runs/demo-small/summary.json'), 'utf8'));
    console.log(
      `Node ${versions.node}, ${versions.system}: ${backend.name}, ${backend.kernels.instructionSet}; ` +
        `${speed ? `${speed.seconds.toPrecision(2)} s a step; ` : ''}the demo took ${seconds} s, H-mean ${summary['val/hmean']}`,
    );
  } finally {
    if (!values.keep) rmSync(folder, { recursive: true });
  }
}

try {
  const base = bareDebian();
  for (const version of values.node) tryRoot(base, version);
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
