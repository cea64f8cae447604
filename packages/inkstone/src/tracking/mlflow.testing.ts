/**
 * An MLflow server as far as a run needs one, from what its REST documentation says of each call: it remembers what it was asked, and
 * refuses what a real one refuses.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Run {
  readonly info: {
    run_id: string;
    run_name: string;
    experiment_id: string;
    status: string;
    end_time?: number;
  };
  readonly data: { metrics: Metric[]; params: Param[] };
}

interface Metric {
  readonly key: string;
  readonly value: number | string;
  readonly timestamp: number;
  readonly step: number;
}

interface Param {
  readonly key: string;
  readonly value: string;
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message = code,
  ) {
    super(message);
  }
}

const invalid = (message: string): Refusal => new Refusal(400, 'INVALID_PARAMETER_VALUE', message);

export class FakeMlflow {
  readonly asked: { readonly call: string; readonly authorization: string | undefined }[] = [];
  readonly experiments: string[] = [];
  readonly runs: Run[] = [];
  /** Given before the real answers: a status, no answer at all, the beginning of one, or that there is no such thing. */
  faults: (number | 'silence' | 'half' | 'unknown')[] = [];
  /** Requests that have no whole answer, and whose connections are open. */
  open = 0;
  readonly #server: Server = createServer((request, response) => {
    this.open += 1;
    response.once('close', () => {
      this.open -= 1;
    });
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    this.#answer(request).then(
      (body) => answer(200, body),
      ({ status, code, message }: Refusal) => {
        if (status > 0) answer(status, { error_code: code, message });
        else if (code === 'half') response.writeHead(200, { 'content-type': 'application/json' }).write('{');
      },
    );
  });

  async listen(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  get calls(): string[] {
    return this.asked.map(({ call }) => call);
  }

  async #answer(request: IncomingMessage): Promise<unknown> {
    const { pathname, searchParams } = new URL(String(request.url), 'http://server');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const call = `${request.method} ${pathname.replace('/api/2.0/mlflow/', '')}`;
    this.asked.push({ call, authorization: request.headers.authorization });
    const fault = this.faults.shift();
    if (fault === 'unknown') throw new Refusal(404, 'RESOURCE_DOES_NOT_EXIST');
    if (fault === 'silence' || fault === 'half') throw new Refusal(0, fault);
    if (fault !== undefined) throw new Refusal(fault, 'TEMPORARILY_UNAVAILABLE');
    const text = Buffer.concat(chunks).toString();
    if (text.length > 1e6) throw invalid('larger than 1 MB');
    const body = text === '' ? Object.fromEntries(searchParams) : JSON.parse(text);
    const answers: Record<string, () => unknown> = {
      'GET experiments/get-by-name': () => {
        const id = this.experiments.indexOf(body.experiment_name);
        if (id < 0) throw new Refusal(404, 'RESOURCE_DOES_NOT_EXIST');
        return { experiment: { experiment_id: String(id), name: body.experiment_name } };
      },
      'POST experiments/create': () => {
        if (this.experiments.includes(body.name)) throw new Refusal(400, 'RESOURCE_ALREADY_EXISTS');
        return { experiment_id: String(this.experiments.push(body.name) - 1) };
      },
      'POST runs/create': () => {
        const { experiment_id, run_name } = body;
        const info = { run_id: `run${this.runs.length}`, run_name, experiment_id, status: 'RUNNING' };
        this.runs.push({ info, data: { metrics: [], params: [] } });
        return { run: this.runs.at(-1) };
      },
      'GET runs/get': () => ({ run: latest(this.#run(body.run_id)) }),
      'POST runs/log-batch': () => logBatch(this.#run(body.run_id), body),
      'POST runs/update': () => {
        const { info } = this.#run(body.run_id);
        Object.assign(info, { status: body.status, end_time: body.end_time });
        return { run_info: info };
      },
    };
    const answer = answers[call];
    if (answer === undefined) throw new Refusal(404, 'ENDPOINT_NOT_FOUND', call);
    return answer();
  }

  #run(id: string): Run {
    const run = this.runs.find(({ info }) => info.run_id === id);
    if (run === undefined) throw new Refusal(404, 'RESOURCE_DOES_NOT_EXIST');
    return run;
  }
}

/** Of every metric the value of its greatest step, as `runs/get` gives them. */
function latest({ info, data }: Run): unknown {
  const byKey = new Map<string, Metric>();
  for (const metric of data.metrics) {
    if (metric.step >= (byKey.get(metric.key)?.step ?? 0)) byKey.set(metric.key, metric);
  }
  return { info, data: { ...data, metrics: [...byKey.values()] } };
}

function logBatch(
  { data }: Run,
  { metrics = [], params = [] }: { metrics?: Metric[]; params?: Param[] },
): object {
  if (metrics.length > 1000 || params.length > 100) throw invalid('too many');
  for (const { key } of [...metrics, ...params]) {
    if (!/^[/\w.\- ]{1,250}$/.test(key)) throw invalid(`name ${key}`);
  }
  for (const { value, step, timestamp } of metrics) {
    const isNumber = typeof value === 'number' || ['NaN', 'Infinity', '-Infinity'].includes(value);
    if (!isNumber || !Number.isInteger(step) || !Number.isInteger(timestamp)) throw invalid(`value ${value}`);
  }
  for (const { key, value } of params) {
    const before = data.params.find((param) => param.key === key);
    if (value.length > 500) throw invalid(`${key} is too long`);
    if (before !== undefined && before.value !== value) throw invalid(`${key} has a value already`);
    if (before === undefined) data.params.push({ key, value });
  }
  data.metrics.push(...metrics);
  return {};
}
