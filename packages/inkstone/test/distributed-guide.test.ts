/** What docs/distributed.md shows for several machines is taken as it stands: its commands, and its job for Kubernetes. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { loadTrainConfig, type RunConfig } from '../src/runs/index.js';
import { refuseUneven } from '../src/training/index.js';

const guide = readFileSync(new URL('../../../docs/distributed.md', import.meta.url), 'utf8');
const blocks = (language: string) =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map((match) => match[1]!);

/** The configuration of a command that is made of words, `inkstone train` and overrides. `…` stands for more of them. */
function configOf(words: readonly string[]): RunConfig {
  const at = words.indexOf('inkstone');
  expect(words[at + 1]).toBe('train');
  return loadTrainConfig({ overrides: words.slice(at + 2).filter((word) => !/^[…&]$/.test(word)) }).config;
}

const after = (words: readonly string[], ...options: string[]): string[] =>
  words.filter((_, at) => options.includes(words[at - 1] ?? ''));

describe('a command that starts ranks', () => {
  const commands = blocks('sh')
    .join('')
    .split('\n')
    .map((line) => line.split(/ +/))
    .filter((words) => words.includes('inkstone') && words.includes('train'));

  it.each(commands.map((words) => [words.join(' '), words] as const))('%s', (_, words) => {
    const { trainer } = configOf(words);
    const hosts = after(words, '--host').flatMap((hosts) => hosts.split(','));
    const option = words.find((word) => word.startsWith('--ntasks='))?.split('=')[1];
    const ranks = Number(option ?? after(words, '-np')[0] ?? (hosts.length || 1));
    expect(() => refuseUneven(ranks, trainer.accumulate_grad_batches)).not.toThrow();
  });

  it('is found', () => expect(commands.length).toBeGreaterThan(3));
});

describe('the job for Kubernetes', () => {
  const containers = z.object({
    containers: z.tuple([
      z
        .object({
          image: z.string(),
          command: z.array(z.string()),
          args: z.array(z.string()).default([]),
          env: z.array(z.object({ name: z.string() }).loose()).default([]),
          resources: z.object({ limits: z.object({ cpu: z.string(), memory: z.string() }) }).optional(),
          volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })).default([]),
        })
        .loose(),
    ]),
    volumes: z.array(z.object({ name: z.string() }).loose()).default([]),
  });
  const pods = z.object({ replicas: z.int(), template: z.object({ spec: containers }) });
  const jobSchema = z.object({
    apiVersion: z.literal('kubeflow.org/v2beta1'),
    kind: z.literal('MPIJob'),
    spec: z.object({
      slotsPerWorker: z.int(),
      mpiReplicaSpecs: z.object({ Launcher: pods, Worker: pods }),
    }),
  });
  const job = jobSchema.parse(parse(blocks('yaml').find((block) => block.includes('MPIJob'))!));
  const { Launcher, Worker } = job.spec.mpiReplicaSpecs;
  const [launcher] = Launcher.template.spec.containers;
  const [worker] = Worker.template.spec.containers;
  const words = [...launcher.command, ...launcher.args];

  it('starts as many ranks as its workers have room for, and as can share a step', () => {
    const ranks = Number(after(words, '-np'));
    expect(ranks).toBe(Worker.replicas * job.spec.slotsPerWorker);
    expect(() => refuseUneven(ranks, configOf(words).trainer.accumulate_grad_batches)).not.toThrow();
  });

  it('has the same image for all pods', () => expect(launcher.image).toBe(worker.image));

  it('keeps the run, the data and the cache on volumes of the workers', () => {
    const { runs_dir, data } = configOf(words);
    const places = z.object({ root: z.string(), cache_config: z.object({ root: z.string() }) }).parse(data);
    for (const folder of [runs_dir, places.root, places.cache_config.root]) {
      expect(worker.volumeMounts.filter(({ mountPath }) => folder.startsWith(mountPath))).toHaveLength(1);
    }
    const names = Worker.template.spec.volumes.map(({ name }) => name);
    expect(worker.volumeMounts.map(({ name }) => name)).toEqual(names);
  });

  it('hands the launcher’s environment to the ranks, threads for each processor of a pod among it', () => {
    expect(after(words, '-x')).toEqual(launcher.env.map(({ name }) => name));
    expect(launcher.env.find(({ name }) => name === 'INKSTONE_THREADS')?.value).toBe(
      worker.resources?.limits.cpu,
    );
  });
});
