/** One run: how it stands, its curves, pictures and settings. */
import type {
  BeforeAfterView,
  FiguresEvent,
  ImageResults,
  RunDetails,
  RunRow,
  RunsEvent,
} from '../../protocol.js';
import { Chart } from '../chart.js';
import { element } from '../element.js';
import type { Page } from '../page.js';
import { get, listen, path, post } from '../server.js';
import { tableSection } from '../table-section.js';
import { count, score } from '../text.js';
import { CHARTS } from './charts.js';
import { Figures } from './figures.js';
import { imagesSection } from './images.js';
import { overlayPictures } from './pictures.js';
import { stateBadge } from './run-states.js';
import { settingsTable } from './settings.js';

export const runPage: Page = {
  title: ([name]) => name ?? 'Run',
  show: async (place, [name = ''], left) => {
    const address = path`/api/runs/${name}`;
    const head = new RunHead(name);
    const compared = element('div');
    const images = element('div');
    const about = element('div');
    const waiting = element('p', { class: 'faint' });
    place.append(element('p', {}, element('a', { href: '#/runs' }, 'All runs')), head.element);
    let details = await get<RunDetails>(address, left);
    if (left.aborted) return;
    const charts = CHARTS.map(({ title, lines, text, isLogarithmic = false }) => {
      return new Chart({ title, text, isLogarithmic, lines: lines.map((line) => line.title) }, left);
    });
    place.append(
      waiting,
      element('div', { class: 'charts' }, ...charts.map((chart) => chart.element)),
      compared,
      images,
      about,
    );

    const figures = new Figures();
    const showCurves = () => {
      for (const [index, { lines, convert }] of CHARTS.entries()) {
        const curves = lines.map((line) =>
          figures.curve(line.name, (value) => convert?.(value, details.config) ?? value),
        );
        charts[index]!.show(curves);
      }
      waiting.hidden = charts.some((chart) => !chart.element.hidden);
    };
    let validations = 0;
    let isGone = false;
    const showImages = async () => {
      const results = await get<ImageResults | null>(`${address}/images`, left);
      images.replaceChildren(
        ...(results === null ? overlayPictures(name, details.overlays) : [imagesSection(name, results)]),
      );
    };
    const showRow = async (row: RunRow) => {
      const isOther = head.state !== row.state;
      head.show(row);
      waiting.textContent = row.state === 'running' ? 'No figures yet.' : 'It has written no figures.';
      if (!isOther) return;
      // With another state come a summary, pictures, maybe another configuration.
      details = await get<RunDetails>(address, left);
      if (details.failure !== null) head.complain(details.failure, left);
      compared.replaceChildren(...(details.beforeAfter === null ? [] : beforeAfter(details.beforeAfter)));
      await showImages();
      about.replaceChildren(
        ...(details.hasNumerics ? [numericsLink(name)] : []),
        settingsTable('Configuration', details.config),
        ...(details.summary === null ? [] : [settingsTable('Summary', details.summary)]),
      );
    };
    listen(
      `/api/runs?run=${encodeURIComponent(name)}`,
      {
        runs: ({ rows: [row], gone }: RunsEvent) => {
          if (row !== undefined)
            void showRow(row).catch((error: Error) => head.complain(error.message, left));
          isGone = gone.length > 0;
          if (isGone) head.complain('The folder of this run is gone.', left);
        },
        figures: (event: FiguresEvent) => {
          // What was seen stays.
          if (isGone) return;
          figures.take(event);
          showCurves();
          const { length } = figures.curve('val/hmean').steps;
          if (length === validations) return;
          validations = length;
          void showImages().catch((error: Error) => head.complain(error.message, left));
        },
      },
      () => figures.clear(),
      left,
    );
  },
};

const beforeAfter = ({ table, notes }: BeforeAfterView): HTMLElement[] => [
  tableSection(table),
  ...notes.map((note) => element('p', { class: 'faint' }, note)),
];

const numericsLink = (name: string): HTMLElement =>
  element(
    'p',
    {},
    element('a', { href: path`#/numerics/${name}` }, 'What 16 bits would make of its numbers'),
  );

const CAN_GO_ON: readonly RunRow['state'][] = ['interrupted', 'killed', 'failed', 'stopped'];

/** Name, state, the main figures, and what can be done with the run. */
class RunHead {
  readonly element: HTMLElement;
  state: RunRow['state'] | undefined;
  readonly #name: string;
  readonly #badge = element('span');
  readonly #facts = element('dl', { class: 'facts' });
  readonly #said = element('p', { role: 'status' });
  readonly #stop = element('button', { type: 'button', hidden: true }, 'Stop after this step');
  readonly #resume = element('button', { type: 'button', hidden: true }, 'Resume');

  constructor(name: string) {
    this.#name = name;
    this.#stop.addEventListener('click', () =>
      this.#tell('stop', this.#stop, 'It finishes its step and saves …'),
    );
    this.#resume.addEventListener('click', () => this.#tell('resume', this.#resume, 'Reading the data …'));
    this.element = element(
      'section',
      { 'aria-label': 'State' },
      element('h1', {}, `${name} `, this.#badge),
      this.#facts,
      element('p', { class: 'actions' }, this.#stop, this.#resume),
      this.#said,
    );
  }

  show(row: RunRow): void {
    if (row.state !== this.state) {
      this.state = row.state;
      this.#said.textContent = '';
      this.#badge.replaceChildren(stateBadge(row));
      this.#stop.hidden = row.state !== 'running' || !row.isHere;
      this.#resume.hidden = !CAN_GO_ON.includes(row.state);
    }
    const facts: readonly (readonly [string, string])[] = [
      ['Best H-mean', score(row.best)],
      ['at step', row.bestStep === null ? '–' : count(row.bestStep)],
      ['Step', count(row.step)],
      // Counted from 0 in the files.
      ['Epoch', row.epoch === null ? '–' : count(row.epoch + 1)],
    ];
    this.#facts.replaceChildren(
      ...facts.map(([term, value]) => element('div', {}, element('dt', {}, term), element('dd', {}, value))),
    );
  }

  complain(message: string, left: AbortSignal): void {
    if (left.aborted) return;
    this.#said.className = 'problem';
    this.#said.textContent = message;
  }

  async #tell(what: 'stop' | 'resume', button: HTMLButtonElement, meanwhile: string): Promise<void> {
    button.disabled = true;
    this.#said.className = 'faint';
    this.#said.textContent = meanwhile;
    try {
      await post(`${path`/api/runs/${this.#name}`}/${what}`);
    } catch (error) {
      this.#said.className = 'problem';
      this.#said.textContent = (error as Error).message;
    } finally {
      button.disabled = false;
    }
  }
}
