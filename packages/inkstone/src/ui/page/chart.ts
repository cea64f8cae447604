/** A chart with its legend, which says each curve's last value, or that at the step to which pointer or keys went. */
import uPlot from 'uplot';
import { element } from './element.js';
import { count } from './text.js';

/** Values at steps, which grow. */
export interface Curve {
  readonly steps: readonly number[];
  readonly values: readonly (number | null)[];
}

export interface ChartOptions {
  readonly title: string;
  readonly lines: readonly string[];
  readonly text: (value: number | null | undefined) => string;
  readonly isLogarithmic: boolean;
}

const HEIGHT = 220;
const AXIS_WIDTH = 64;
const AXIS_HEIGHT = 32;
/** Half of a step's label, which may stand at the very end. */
const LABEL_OVERHANG = 20;
/** Of all steps, by Page Up and Page Down. */
const PAGE = 0.1;
/** How many times as many steps are seen after a key. */
const ZOOM: Readonly<Record<string, number>> = { '+': 0.5, '=': 0.5, '-': 2, '0': Number.POSITIVE_INFINITY };
/** At least so many steps are seen. */
const NARROWEST = 3;
/** Told apart by those who see no red or green, too (Okabe and Ito, 2008); the dark ones are lighter. */
const LIGHT = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#8a6d00', '#5a4fcf'];
const DARK = ['#56b4e9', '#ff8c42', '#3ecf9f', '#e6a3c8', '#e0c341', '#a79bff'];
const darkness = matchMedia('(prefers-color-scheme: dark)');

export class Chart {
  readonly element: HTMLElement;
  readonly #options: ChartOptions;
  readonly #drawing: HTMLElement;
  readonly #values: readonly HTMLElement[];
  readonly #swatches: readonly HTMLElement[];
  readonly #isHidden: boolean[];
  #data: uPlot.AlignedData = [[]];
  #plot: uPlot | undefined;
  /** The steps that somebody looks closer at; undefined: all. */
  #seen: { readonly min: number; readonly max: number } | undefined;

  constructor(options: ChartOptions, left: AbortSignal) {
    const { title, lines } = options;
    this.#options = options;
    this.#isHidden = lines.map(() => false);
    this.#values = lines.map(() => element('span', { class: 'value' }));
    this.#swatches = lines.map(() => element('span', { class: 'swatch' }));
    const legend = lines.map((line, index) => {
      const button = element(
        'button',
        { type: 'button', class: 'plain', 'aria-pressed': 'true', click: () => this.#toggle(index, button) },
        this.#swatches[index]!,
        `${line} `,
        this.#values[index]!,
      );
      return element('li', {}, button);
    });
    this.#drawing = element('div', {
      class: 'drawing',
      role: 'slider',
      tabindex: 0,
      'aria-label': `${title} at a step`,
      'aria-keyshortcuts': 'Plus - 0',
      keydown: (event) => this.#press(event as KeyboardEvent),
      blur: () => this.#plot?.setCursor({ left: -1, top: -1 }),
    });
    this.element = element(
      'figure',
      { class: 'card chart', 'aria-label': title, hidden: true },
      element('figcaption', {}, element('h2', {}, title), element('ul', {}, ...legend)),
      this.#drawing,
    );
    const observer = new ResizeObserver(() => this.#fit());
    observer.observe(this.#drawing);
    darkness.addEventListener('change', () => this.#redraw(), { signal: left });
    left.addEventListener('abort', () => {
      observer.disconnect();
      this.#plot?.destroy();
    });
  }

  /** Shows as many curves as there are lines. Without a value in any of them the chart is not shown. */
  show(curves: readonly Curve[]): void {
    const isEmpty = curves.every(({ values }) => values.length === 0);
    this.element.hidden = isEmpty;
    if (isEmpty) return;
    this.#data = uPlot.join(curves.map(({ steps, values }) => [[...steps], [...values]]));
    this.#sayValues(undefined);
    const plot = this.#plot;
    if (plot === undefined) {
      this.#redraw();
      return;
    }
    const seen = this.#seen;
    // New steps do not end a closer look.
    plot.batch(() => {
      plot.setData(this.#data);
      if (seen) plot.setScale('x', seen);
    });
  }

  #toggle(index: number, button: HTMLElement): void {
    this.#isHidden[index] = !this.#isHidden[index];
    button.setAttribute('aria-pressed', String(!this.#isHidden[index]));
    this.#plot?.setSeries(index + 1, { show: !this.#isHidden[index]! });
  }

  #press(event: KeyboardEvent): void {
    const plot = this.#plot;
    // Those are the browser's: back, and larger letters.
    if (plot === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const [steps] = this.#data;
    const last = steps.length - 1;
    const at = plot.cursor.idx ?? last;
    const page = Math.ceil(PAGE * last);
    const to = {
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      PageDown: at - page,
      PageUp: at + page,
      Home: 0,
      End: last,
    }[event.key];
    const zoom = ZOOM[event.key];
    if (to === undefined && zoom === undefined) return;
    event.preventDefault();
    const step = steps[Math.min(last, Math.max(0, to ?? at))]!;
    const { min = step, max = step } = plot.scales.x!;
    if (zoom !== undefined || step < min || step > max) this.#lookAt(step, (max - min) * (zoom ?? 1));
    plot.setCursor({ left: plot.valToPos(step, 'x'), top: 0 });
  }

  /** Shows so many steps around this one. */
  #lookAt(step: number, width: number): void {
    const [steps] = this.#data;
    const [first, last] = [steps[0]!, steps.at(-1)!];
    const narrowest = ((last - first) / (steps.length - 1)) * (NARROWEST - 1);
    const half = Math.max(width, narrowest) / 2;
    const middle = Math.max(first + half, Math.min(last - half, step));
    const seen =
      half * 2 < last - first ? { min: middle - half, max: middle + half } : { min: first, max: last };
    // Drawn at once, so that the cursor finds its place.
    this.#plot?.batch(() => this.#plot?.setScale('x', seen));
  }

  #fit(): void {
    const width = this.#drawing.clientWidth;
    if (width > 0 && this.#plot?.width !== width) this.#plot?.setSize({ width, height: HEIGHT });
  }

  /** Anew, since colours are given when a plot is made. */
  #redraw(): void {
    if (this.element.hidden) return;
    const seen = this.#seen;
    this.#plot?.destroy();
    const colors = darkness.matches ? DARK : LIGHT;
    for (const [index, swatch] of this.#swatches.entries()) swatch.style.background = colorOf(colors, index);
    const faint = darkness.matches ? '#a0a6b0' : '#5c6370';
    const grid = { stroke: darkness.matches ? '#2c3036' : '#eceef0', width: 1 };
    const axis = { stroke: faint, grid, ticks: { show: false }, font: '12px system-ui, sans-serif' };
    const { lines, text, isLogarithmic } = this.#options;
    this.#plot = new uPlot(
      {
        width: this.#drawing.clientWidth,
        height: HEIGHT,
        padding: [8, LABEL_OVERHANG, 0, 0],
        legend: { show: false },
        cursor: { y: false },
        scales: { x: { time: false }, y: { distr: isLogarithmic ? 3 : 1 } },
        axes: [
          { ...axis, size: AXIS_HEIGHT, values: (_, steps) => steps.map(count) },
          {
            ...axis,
            size: AXIS_WIDTH,
            values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : text(tick))),
          },
        ],
        series: [
          {},
          ...lines.map((label, index) => ({
            label,
            stroke: colorOf(colors, index),
            width: 1.5,
            spanGaps: true,
            show: !this.#isHidden[index],
            points: { fill: colorOf(colors, index) },
          })),
        ],
        hooks: {
          setCursor: [({ cursor }) => this.#sayValues(cursor.idx ?? undefined)],
          setScale: [({ scales }, key) => key === 'x' && this.#noteSeen(scales.x!)],
        },
      },
      this.#data,
      this.#drawing,
    );
    if (seen) this.#plot.setScale('x', seen);
  }

  #noteSeen({ min = 0, max = 0 }: uPlot.Scale): void {
    const [steps] = this.#data;
    this.#seen = min > steps[0]! || max < steps.at(-1)! ? { min, max } : undefined;
  }

  /** Of the step at `at`, or the last before it that has one: not everything is written at every step. */
  #sayValues(at: number | undefined): void {
    for (const [index, value] of this.#values.entries()) {
      const values: readonly (number | null | undefined)[] = [...(this.#data[index + 1] ?? [])];
      const until = at === undefined ? values : values.slice(0, at + 1);
      value.textContent = this.#options.text(until.findLast((candidate) => candidate != null));
    }
    const [steps] = this.#data;
    const step = steps[at ?? steps.length - 1] ?? 0;
    const said = this.#options.lines.map((line, index) => `${line} ${this.#values[index]!.textContent}`);
    this.#drawing.setAttribute('aria-valuemin', String(steps[0] ?? 0));
    this.#drawing.setAttribute('aria-valuemax', String(steps.at(-1) ?? 0));
    this.#drawing.setAttribute('aria-valuenow', String(step));
    this.#drawing.setAttribute('aria-valuetext', [`Step ${count(step)}`, ...said].join(', '));
  }
}

const colorOf = (colors: readonly string[], index: number): string => colors[index % colors.length]!;
