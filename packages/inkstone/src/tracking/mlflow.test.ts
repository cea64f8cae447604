import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listening } from './listening.testing.js';
import { Losses } from './losses.js';
import { MlflowLogger, type MlflowTimes } from './mlflow.js';
import { FakeMlflow } from './mlflow.testing.js';
import { MlflowServer } from './mlflow-server.js';

let folder: string;
let server: FakeMlflow;
let uri: string;
let { said, terminal } = listening();

beforeEach(async () => {
  folder = join(mkdtempSync(join(tmpdir(), 'inkstone-mlflow-')), 'receipts');
  mkdirSync(folder);
  server = new FakeMlflow();
  uri = await server.listen();
  ({ said, terminal } = listening());
});

afterEach(async () => {
  await server.close();
  rmSync(join(folder, '..'), { recursive: true });
});

const QUICK: MlflowTimes = { now: () => 1_700_000_000_000, firstPause: 1, lastWait: 20_000 };

function start(environment: NodeJS.ProcessEnv = {}, times: Partial<MlflowTimes> = {}) {
  const losses = new Losses('mlflow', terminal);
  const place = new MlflowServer({ MLFLOW_TRACKING_URI: uri, ...environment });
  const logger = new MlflowLogger(place, folder, losses, { ...QUICK, ...times });
  const end = async () => {
    await logger.close('finished');
    losses.sayTotal();
  };
  return { logger, end };
}

const stepsOf = (key: string): number[] =>
  server.runs.flatMap(({ data }) =>
    data.metrics.filter((metric) => metric.key === key).map(({ step }) => step),
  );

const missing = (count: number): string =>
  `[WARN] logger.mlflow: ${count} logged step${count === 1 ? '' : 's'} of this run did not get there`;

describe('a run', () => {
  it('is made in an experiment, filled and ended by the calls that MLflow documents', async () => {
    const { logger, end } = start();
    logger.logHyperparameters({
      seed: 42,
      trainer: { precision: '16-mixed' },
      data: { root: 'x'.repeat(600) },
    });
    logger.logMetrics(10, { 'train/loss': 0.5, 'val/h(mean)': Number.NaN });
    logger.logMetrics(20, { 'train/loss': 0.25 });
    await end();
    expect(server.calls).toEqual([
      'GET experiments/get-by-name',
      'POST experiments/create',
      'POST runs/create',
      'POST runs/log-batch',
      'POST runs/log-batch',
      'POST runs/update',
    ]);
    expect(server.experiments).toEqual(['inkstone']);
    const { info, data } = server.runs[0]!;
    expect(info).toMatchObject({ run_name: 'receipts', status: 'FINISHED', end_time: QUICK.now() });
    expect(data.params).toEqual([
      { key: 'seed', value: '42' },
      { key: 'trainer.precision', value: '16-mixed' },
      { key: 'data.root', value: 'x'.repeat(500) },
    ]);
    expect(data.metrics).toEqual([
      { key: 'train/loss', value: 0.5, timestamp: QUICK.now(), step: 10 },
      { key: 'val/h_mean_', value: 'NaN', timestamp: QUICK.now(), step: 10 },
      { key: 'train/loss', value: 0.25, timestamp: QUICK.now(), step: 20 },
    ]);
    expect(said).toEqual([]);
  });

  it('is made in an experiment that another run makes at the same moment', async () => {
    server.experiments.push('inkstone');
    server.faults = ['unknown'];
    const { logger, end } = start();
    logger.logMetrics(10, { loss: 1 });
    await end();
    expect(server.calls.slice(0, 4)).toEqual([
      'GET experiments/get-by-name',
      'POST experiments/create',
      'GET experiments/get-by-name',
      'POST runs/create',
    ]);
    expect(stepsOf('loss')).toEqual([10]);
    expect(said).toEqual([]);
  });

  it('goes on in the same run when it is resumed, with steps that the server has not', async () => {
    const first = start();
    first.logger.logHyperparameters({ max_epochs: 1, seed: 7 });
    for (const step of [1, 2, 3]) first.logger.logMetrics(step, { loss: step });
    await first.logger.close('interrupted');
    expect(server.runs[0]!.info.status).toBe('KILLED');
    const second = start();
    second.logger.logHyperparameters({ max_epochs: 2, seed: 7, added: true });
    for (const step of [2, 3, 4, 5]) second.logger.logMetrics(step, { loss: step });
    await second.end();
    expect(server.runs).toHaveLength(1);
    expect(stepsOf('loss')).toEqual([1, 2, 3, 4, 5]);
    expect(server.runs[0]!.info.status).toBe('FINISHED');
    expect(server.runs[0]!.data.params).toContainEqual({ key: 'added', value: 'true' });
    expect(said).toEqual([]);
  });

  it('is cut into requests that a server takes', async () => {
    const { logger, end } = start();
    logger.logHyperparameters(Object.fromEntries(Array.from({ length: 250 }, (_, n) => [`key${n}`, n])));
    const metrics = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`metric${n}`, n]));
    for (let step = 1; step <= 10; step += 1) logger.logMetrics(step, metrics);
    await end();
    expect(server.runs[0]!.data.params).toHaveLength(250);
    expect(server.runs[0]!.data.metrics).toHaveLength(3000);
    expect(said).toEqual([]);
  });
});

describe('a server that fails', () => {
  it('gets everything once it answers again, in order, for one warning', async () => {
    server.faults = [503, 500, 429];
    const { logger, end } = start();
    for (const step of [1, 2, 3]) logger.logMetrics(step, { loss: step });
    await until(() => stepsOf('loss').length === 3);
    await end();
    expect(stepsOf('loss')).toEqual([1, 2, 3]);
    expect(said).toEqual([
      expect.stringMatching(
        /^\[WARN\] logger\.mlflow: 127.* refused .* status 503 .*\. The run does not depend on it$/,
      ),
    ]);
  });

  it('costs the end of a run no more than its wait when it keeps silent', async () => {
    server.faults = Array(20).fill('silence');
    const { logger, end } = start({}, { lastWait: 50 });
    logger.logMetrics(1, { loss: 1 });
    await until(() => server.asked.length > 0);
    await end();
    expect(said).toEqual([expect.stringContaining('does not answer (not within 0.05 s)'), missing(1)]);
  });

  it.each(['silence', 'half'] as const)('keeps no process alive when the run is over: %s', async (fault) => {
    server.faults = [fault];
    const { logger, end } = start({}, { lastWait: 50 });
    logger.logMetrics(1, { loss: 1 });
    await until(() => server.asked.length > 0);
    await end();
    await expect.poll(() => server.open).toBe(0);
  });

  it('is not asked again when it refuses', async () => {
    server.faults = [403];
    const { logger, end } = start();
    logger.logMetrics(1, { loss: 1 });
    await until(() => said.length > 0);
    for (const step of [2, 3]) logger.logMetrics(step, { loss: 1 });
    await end();
    expect(server.calls).toHaveLength(1);
    expect(said[1]).toBe(missing(3));
  });

  it('is named when it is not there, and what waits for it does not grow for ever', async () => {
    await server.close();
    const { logger, end } = start({}, { firstPause: 60_000 });
    for (let step = 1; step <= 3000; step += 1) logger.logMetrics(step, { loss: 1 });
    await end();
    expect(said[0]).toContain(`${new URL(uri).host} does not answer (`);
    expect(said[1]).toBe(missing(3000));
  });

  it('is told apart from one that does not know the run', async () => {
    writeFileSync(join(folder, 'mlflow.json'), '{"run_id": "of another server"}\n');
    const { logger, end } = start();
    logger.logMetrics(1, { loss: 1 });
    await end();
    expect(said).toEqual([expect.stringContaining('RESOURCE_DOES_NOT_EXIST'), missing(1)]);
    expect(server.runs).toEqual([]);
  });
});

describe('who asks', () => {
  it.each([
    [{ MLFLOW_TRACKING_TOKEN: 's3cret' }, 'Bearer s3cret'],
    [{ MLFLOW_TRACKING_USERNAME: 'ann', MLFLOW_TRACKING_PASSWORD: 's3cret' }, `Basic ${btoa('ann:s3cret')}`],
  ])('is said by the environment and never shown', async (environment, authorization) => {
    server.faults = [401];
    const { logger, end } = start(environment);
    logger.logMetrics(1, { loss: 1 });
    await end();
    expect(server.asked[0]?.authorization).toBe(authorization);
    expect(said.join()).toContain('status 401');
    expect(said.join()).not.toContain('s3cret');
  });

  it('may stand in the address, which is not shown either', async () => {
    server.faults = [401];
    const { logger, end } = start({ MLFLOW_TRACKING_URI: uri.replace('://', '://ann:s3cret@') });
    logger.logMetrics(1, { loss: 1 });
    await end();
    expect(server.asked[0]?.authorization).toBe(`Basic ${btoa('ann:s3cret')}`);
    expect(said.join()).not.toContain('s3cret');
  });

  it.each(['', 'mlruns', 'sqlite:///mlflow.db', 'ftp://x', 'http://ann:50%@x'])(
    'asks no server at "%s"',
    (address) => {
      expect(() => new MlflowServer({ MLFLOW_TRACKING_URI: address })).toThrow(
        /such as http:\/\/localhost:5000/,
      );
    },
  );
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((done) => setTimeout(done, 2));
}
