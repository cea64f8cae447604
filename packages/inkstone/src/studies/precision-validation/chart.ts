/** Line charts as SVG text: a report must open anywhere, without a script or a font from elsewhere. */
import { escapeXml } from '../html.js';
import type { Curve } from './figures.js';

export interface Series {
  readonly name: string;
  readonly color: string;
  readonly curve: Curve;
}

export interface ChartOptions {
  readonly title: string;
  /** Powers of ten, for what varies over many of them. Values that are not positive are left out. Default linear. */
  readonly scale?: 'linear' | 'log';
  /** Adds a running mean and lets the raw line fade: for noisy curves. */
  readonly smooth?: boolean;
}

const WIDTH = 560;
const HEIGHT = 260;
const MARGIN = { left: 64, right: 24, top: 34, bottom: 30 } as const;
const TICKS = 6;
/** More points than this are indistinguishable at the chart's width. */
const MAX_POINTS = 1000;
/** The running mean looks back over about this share of a curve. */
const SMOOTHING_SHARE = 1 / 40;
const HEADROOM = 0.05;

export function lineChart(series: readonly Series[], options: ChartOptions): string {
  const isLog = options.scale === 'log';
  const drawn = series.map((one) => ({
    ...one,
    curve: thin(one.curve.filter(([, value]) => !isLog || value > 0)).map(
      ([step, value]) => [step, isLog ? Math.log10(value) : value] as const,
    ),
  }));
  const points = drawn.flatMap(({ curve }) => curve);
  const heading = `<text x="${MARGIN.left}" y="18" class="title">${escapeXml(options.title)}</text>`;
  if (points.length === 0) return svg(`${heading}<text x="${MARGIN.left}" y="60">no values</text>`);
  const x = axis(
    points.map(([step]) => step),
    MARGIN.left,
    WIDTH - MARGIN.right,
    0,
  );
  const y = axis(
    points.map(([, value]) => value),
    HEIGHT - MARGIN.bottom,
    MARGIN.top,
    HEADROOM,
  );
  const grid = y.ticks.map((value) => {
    const at = y.at(value).toFixed(1);
    const label = isLog ? power(value) : tick(value);
    return (
      `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${at}" y2="${at}" class="grid"/>` +
      `<text x="${MARGIN.left - 6}" y="${at}" class="tick y">${label}</text>`
    );
  });
  const steps = x.ticks.map(
    (value) =>
      `<text x="${x.at(value).toFixed(1)}" y="${HEIGHT - MARGIN.bottom + 16}" class="tick x">${tick(value)}</text>`,
  );
  const lines = drawn.map(({ curve, color }) => {
    const line = (values: Curve, style: string) =>
      `<polyline fill="none" stroke="${color}" ${style} points="${values
        .map(([step, value]) => `${x.at(step).toFixed(1)},${y.at(value).toFixed(1)}`)
        .join(' ')}"/>`;
    const dots = curve.length <= 12 ? curve.map((point) => dot(x.at(point[0]), y.at(point[1]), color)) : [];
    return options.smooth
      ? line(curve, 'stroke-opacity="0.3"') + line(runningMean(curve), 'stroke-width="2"')
      : line(curve, 'stroke-width="2"') + dots.join('');
  });
  return svg([heading, ...grid, ...steps, ...lines].join(''));
}

interface Axis {
  readonly ticks: readonly number[];
  at(value: number): number;
}

/** Maps values to pixels from `from` to `to`, `headroom` (a share of the range) left free at both ends. */
function axis(values: readonly number[], from: number, to: number, headroom: number): Axis {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const range = high - low;
  // A constant is drawn in the middle of one unit.
  const room = range > 0 ? headroom * range : 0.5;
  const [start, end] = [low - room, high + room];
  const spacing = niceStep((end - start) / TICKS);
  const first = Math.ceil(start / spacing);
  const ticks = Array.from(
    { length: Math.floor(end / spacing) - first + 1 },
    (_, index) => (first + index) * spacing,
  );
  return { ticks, at: (value) => from + ((value - start) / (end - start)) * (to - from) };
}

/** The next of 1, 2, 5 × a power of ten. */
function niceStep(rough: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  return magnitude * ([1, 2, 5].find((step) => step * magnitude >= rough) ?? 10);
}

/** Every n-th point and the last. */
function thin(curve: Curve): Curve {
  const every = Math.ceil(curve.length / MAX_POINTS);
  return curve.filter((_, index) => index % every === 0 || index === curve.length - 1);
}

function runningMean(curve: Curve): Curve {
  const weight = 1 / Math.max(1, SMOOTHING_SHARE * curve.length);
  let mean = curve[0]?.[1] ?? 0;
  return curve.map(([step, value]) => {
    mean += weight * (value - mean);
    return [step, mean] as const;
  });
}

const dot = (x: number, y: number, color: string): string =>
  `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="3" fill="${color}"/>`;

const tick = (value: number): string => String(Number(value.toPrecision(6)));

/** A power of ten as people write it: 0.01, 1, 1000, 3e+5. */
const power = (exponent: number): string => String(Number((10 ** exponent).toPrecision(2)));

function svg(content: string): string {
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" xmlns="http://www.w3.org/2000/svg">${content}</svg>`;
}
