/**
 * The part of MLflow's REST API (https://mlflow.org/docs/latest/rest-api.html) that a run needs. Where the server is and who asks
 * is said by the environment variables that MLflow's own clients read.
 */
import { z } from 'zod';
import { credentialsOf, InkstoneError, InputError, systemReason } from '../system/index.js';
import { fetchText, type TextAnswer } from './fetch-text.js';

/** Training may keep this process from reading an answer for some seconds. */
const REQUEST_MILLISECONDS = 30_000;

export type RunStatus = 'RUNNING' | 'FINISHED' | 'FAILED' | 'KILLED';

export interface MlflowMetric {
  readonly key: string;
  /** A number, or the name of one that JSON has not. */
  readonly value: number | string;
  readonly timestamp: number;
  readonly step: number;
}

export interface MlflowParam {
  readonly key: string;
  readonly value: string;
}

const experimentSchema = z.object({ experiment: z.object({ experiment_id: z.string() }) });
const createdSchema = z.object({ experiment_id: z.string() });
const runSchema = z.object({
  run: z.object({
    info: z.object({ run_id: z.string() }),
    data: z
      .object({
        // int64 is a text in the JSON of protocol buffers, and a number in that of most servers.
        metrics: z.array(z.object({ step: z.coerce.number().default(0) })).default([]),
        params: z.array(z.object({ key: z.string() })).default([]),
      })
      .prefault({}),
  }),
});

export type MlflowRun = z.output<typeof runSchema>['run'];

/** What the server answered. Its words are shown; what was sent, and with which token, is not. */
export class MlflowError extends InkstoneError {
  constructor(
    message: string,
    readonly code: string,
    /** Whether the same request may succeed later. */
    readonly isPassing: boolean,
  ) {
    super(message);
  }
}

export class MlflowServer {
  readonly #base: URL;
  readonly #authorization: string | undefined;
  readonly #stopping = new AbortController();

  /** @throws InputError for an address that is none of a server */
  constructor(environment: NodeJS.ProcessEnv = process.env) {
    const { address, username, password } = placeOf(environment.MLFLOW_TRACKING_URI);
    this.#base = address;
    const user = environment.MLFLOW_TRACKING_USERNAME ?? username;
    const word = environment.MLFLOW_TRACKING_PASSWORD ?? password;
    const token = environment.MLFLOW_TRACKING_TOKEN;
    if (user !== '') this.#authorization = `Basic ${Buffer.from(`${user}:${word}`).toString('base64')}`;
    else if (token !== undefined) this.#authorization = `Bearer ${token}`;
  }

  /** The experiment of this name, made where there is none. */
  async experiment(name: string): Promise<string> {
    try {
      return await this.#experimentNamed(name);
    } catch (error) {
      if (!isRefusal(error, 'RESOURCE_DOES_NOT_EXIST')) throw error;
    }
    try {
      return (await this.#ask('POST', 'experiments/create', createdSchema, { name })).experiment_id;
    } catch (error) {
      // Another run has made it meanwhile.
      if (!isRefusal(error, 'RESOURCE_ALREADY_EXISTS')) throw error;
      return this.#experimentNamed(name);
    }
  }

  async createRun(experiment: string, name: string, startTime: number): Promise<MlflowRun> {
    const body = { experiment_id: experiment, run_name: name, start_time: startTime };
    return (await this.#ask('POST', 'runs/create', runSchema, body)).run;
  }

  /** The run with its parameters, and of every metric the value of its latest step. */
  async getRun(id: string): Promise<MlflowRun> {
    return (await this.#ask('GET', `runs/get?run_id=${encodeURIComponent(id)}`, runSchema)).run;
  }

  async logBatch(
    id: string,
    { metrics = [], params = [] }: { metrics?: readonly MlflowMetric[]; params?: readonly MlflowParam[] },
  ): Promise<void> {
    await this.#ask('POST', 'runs/log-batch', z.unknown(), { run_id: id, metrics, params });
  }

  async updateRun(id: string, status: RunStatus, endTime?: number): Promise<void> {
    await this.#ask('POST', 'runs/update', z.unknown(), { run_id: id, status, end_time: endTime });
  }

  /** Gives up what is being asked, so that nothing keeps the process alive, and asks nothing more. */
  stop(): void {
    this.#stopping.abort();
  }

  /** What to say of it when it keeps silent. */
  silence(milliseconds: number): MlflowError {
    return this.#unreachable(`not within ${milliseconds / 1000} s`);
  }

  #unreachable(reason: string): MlflowError {
    return new MlflowError(`${this.#base.host} does not answer (${reason})`, '', true);
  }

  async #experimentNamed(name: string): Promise<string> {
    const query = `experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`;
    return (await this.#ask('GET', query, experimentSchema)).experiment.experiment_id;
  }

  async #ask<T>(method: 'GET' | 'POST', path: string, schema: z.ZodType<T>, body?: object): Promise<T> {
    const call = path.split('?', 1)[0];
    let answer: TextAnswer;
    try {
      const request = {
        method,
        headers: {
          ...(this.#authorization !== undefined && { authorization: this.#authorization }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        body: body === undefined ? null : JSON.stringify(body),
        // A token is for the server that was named.
        redirect: 'error',
      } as const;
      const limits = { milliseconds: REQUEST_MILLISECONDS, signal: this.#stopping.signal };
      answer = await fetchText(new URL(`api/2.0/mlflow/${path}`, this.#base), request, limits);
    } catch (error) {
      if ((error as Error).name === 'TimeoutError') throw this.silence(REQUEST_MILLISECONDS);
      // Errors of `fetch` say nothing themselves; their cause does.
      throw this.#unreachable(systemReason((error as Error).cause ?? error));
    }
    if (!answer.ok) throw refusal(this.#base.host, String(call), answer);
    try {
      return schema.parse(JSON.parse(answer.text));
    } catch {
      throw new MlflowError(
        `${this.#base.host} answered ${call} with something else than MLflow does`,
        '',
        false,
      );
    }
  }
}

/** The server's address without user and password, and both. */
function placeOf(uri: string | undefined) {
  const advice = 'set it to the address of an MLflow server, such as http://localhost:5000';
  if (uri === undefined || uri === '') throw new InputError(`MLFLOW_TRACKING_URI is not set; ${advice}`);
  const address = URL.canParse(uri) ? new URL(uri) : undefined;
  const credentials = address && credentialsOf(address);
  if (address === undefined || credentials === undefined || !/^https?:$/.test(address.protocol)) {
    throw new InputError(`MLFLOW_TRACKING_URI names no server; ${advice}`);
  }
  address.username = '';
  address.password = '';
  if (!address.pathname.endsWith('/')) address.pathname += '/';
  return { address, ...credentials };
}

const refusalSchema = z.object({ error_code: z.string().default(''), message: z.string().default('') });

const isRefusal = (error: unknown, code: string): boolean =>
  error instanceof MlflowError && error.code === code;

function refusal(host: string, call: string, { status, text }: TextAnswer): MlflowError {
  let said = { error_code: '', message: '' };
  try {
    said = refusalSchema.parse(JSON.parse(text));
  } catch {
    // Of a proxy, or of a server of another kind.
  }
  const words = [said.error_code, said.message].filter((word) => word !== '').join(': ');
  const TOO_MANY = 429;
  const SERVER_FAULT = 500;
  return new MlflowError(
    `${host} refused ${call} with status ${status}${words === '' ? '' : ` (${words})`}`,
    said.error_code,
    status >= SERVER_FAULT || status === TOO_MANY,
  );
}
