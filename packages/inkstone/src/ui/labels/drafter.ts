/** Has the detector draw first boxes, one picture after the other, in a thread of its own. */
import { compiledProgram, InkstoneError, WorkerPool } from '../../system/index.js';
import type { FirstTexts } from './doubt.js';
import type { LabelFolder } from './label-folder.js';
import type { DetectorView } from './protocol.js';

export class Drafter {
  readonly #folder: LabelFolder;
  readonly #model: string;
  readonly #pool: WorkerPool<string, FirstTexts>;
  readonly #problems = new Map<string, string>();
  #problem: string | null = null;
  #wanted: string | undefined;
  #isAtWork = false;

  constructor(folder: LabelFolder, model: string) {
    this.#folder = folder;
    this.#model = model;
    this.#pool = new WorkerPool(1, compiledProgram('./draft-worker.js', import.meta.url), {
      name: 'inkstone drafts',
      workerData: { model },
      died: (_, how) => new InkstoneError(`the detector ended: ${how}`),
    });
  }

  /** Somebody is looking at this picture: it comes next. */
  want(name: string): void {
    this.#wanted = name;
  }

  /** Goes on as long as there are pictures that nobody has looked at. Nobody waits for it, so it never rejects. */
  async work(): Promise<void> {
    if (this.#isAtWork || this.#problem !== null) return;
    this.#isAtWork = true;
    try {
      for (let name = this.#next(); name !== undefined; name = this.#next()) await this.#draft(name);
    } catch {
      // Labels that cannot be read, as while somebody writes them: whoever asks for the list is told why, and calls this again.
    } finally {
      this.#isAtWork = false;
    }
  }

  view(): DetectorView {
    return { model: this.#model, waiting: this.#waiting().length, problem: this.#problem };
  }

  problemOf(name: string): string | null {
    return this.#problems.get(name) ?? null;
  }

  close(): Promise<void> {
    this.#problem = 'the detector was stopped';
    return this.#pool.close();
  }

  #waiting(): string[] {
    return this.#folder
      .names()
      .filter((name) => !this.#problems.has(name) && this.#folder.held(name).state === 'new');
  }

  #next(): string | undefined {
    if (this.#problem !== null) return undefined;
    const waiting = this.#waiting();
    return waiting.find((name) => name === this.#wanted) ?? waiting[0];
  }

  async #draft(name: string): Promise<void> {
    const found = await this.#find(name);
    if (found !== undefined) this.#folder.saveDraft(name, found.texts, found.doubt);
  }

  /** Undefined when it could not be done: why is kept. */
  async #find(name: string): Promise<FirstTexts | undefined> {
    const file = this.#folder.fileOf(name);
    try {
      if (file === undefined) throw new Error('the picture is not there any more');
      return await this.#pool.run(file);
    } catch (error) {
      const { message } = error as Error;
      // A dead thread fails every picture; others fail for what is wrong with them.
      if (error instanceof InkstoneError) this.#problem ??= message;
      else this.#problems.set(name, message.replace(`${file}: `, ''));
      return undefined;
    }
  }
}
