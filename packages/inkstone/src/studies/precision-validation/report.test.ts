import { describe, expect, it } from 'vitest';
import { lineChart } from './chart.js';
import { runFigures } from './figures.testing.js';
import type { Report } from './report.js';
import { reportHtml } from './report-html.js';
import { reportMarkdown } from './report-markdown.js';
import { judge } from './verdict.js';

function report(): Report {
  const candidate = runFigures({
    precision: '16-mixed',
    hmean: 0.896,
    skipped_steps: 2,
    curves: { ...runFigures().curves, loss_scale: [[1, 65536]] },
  });
  const trials = [{ seed: 1, baseline: runFigures(), candidate }];
  return {
    ...judge(trials),
    candidate: 'fp16_<safe>|x',
    candidate_precision: '16-mixed',
    baseline_precision: '32-true',
    trials,
    settings: { epochs: 3 },
    machine: { processor: 'a & b' },
  };
}

const PIXEL = 'data:image/webp;base64,AAAA';

describe('reportMarkdown', () => {
  it('begins with the verdict and tables every run', () => {
    const text = reportMarkdown(report());
    expect(text.split('\n')[0]).toBe('# fp16_<safe>|x (16-mixed) against fp32: ACCEPTABLE');
    expect(text).toContain('| CLEval H-mean | 0.9000 | 0.8960 | -0.44 % | not measured | ACCEPTABLE |');
    expect(text).toContain('| fp16_<safe>\\|x | 1 | finished | 0.8960 | 0.8000 | 0.7000 |');
    expect(text).toContain('| peak engine bytes | 1.00 |');
  });

  it('shows what a diverged run does not have as missing', () => {
    const trials = [
      {
        seed: 1,
        baseline: runFigures(),
        candidate: runFigures({
          outcome: 'diverged',
          failure: 'NaN',
          hmean: null,
          seconds_per_step: null,
          peak_rss_bytes: null,
        }),
      },
    ];
    const text = reportMarkdown({ ...report(), ...judge(trials), trials });
    expect(text).toContain('against fp32: UNACCEPTABLE');
    expect(text).toContain('| seconds a step | – |');
  });
});

describe('reportHtml', () => {
  const html = reportHtml(report(), [{ name: 'a.png', baseline: PIXEL, candidate: PIXEL }]);

  it('needs nothing but itself', () => {
    expect(html).not.toMatch(/<script|<link|https?:\/\/(?!www\.w3\.org)/);
    expect([...html.matchAll(/src="(.{5})/g)].map((match) => match[1])).toEqual(['data:', 'data:']);
  });

  it('escapes what comes from the user', () => {
    expect(html).not.toContain('<safe>');
    expect(html).toContain('a &amp; b');
  });

  it('draws a curve a run, and the loss scale where there is one', () => {
    expect(html.match(/<svg/g)).toHaveLength(6);
    expect(html).toContain('loss scale');
  });
});

describe('lineChart', () => {
  const chart = (curve: readonly (readonly [number, number])[], scale: 'linear' | 'log' = 'linear') =>
    lineChart([{ name: 'x', color: '#000', curve }], { title: 't', scale });
  const heights = (svg: string) =>
    [...(/points="([^"]*)"/.exec(svg)?.[1] ?? '').matchAll(/,([\d.]+)/g)].map((match) => Number(match[1]));

  it('puts larger values higher', () => {
    const [low, high] = heights(
      chart([
        [1, 1],
        [2, 5],
      ]),
    ) as [number, number];
    expect(high).toBeLessThan(low);
  });

  it('spaces powers of ten evenly on a logarithmic scale and leaves out zero', () => {
    const [a, b, c] = heights(
      chart(
        [
          [1, 1],
          [2, 100],
          [3, 10_000],
          [4, 0],
        ],
        'log',
      ),
    ) as [number, number, number];
    expect(a - b).toBeCloseTo(b - c, 0);
  });

  it.each([
    [[]],
    [[[1, 7]]],
    [
      [
        [1, 7],
        [2, 7],
      ],
    ],
  ] as const)('survives %j', (curve) => {
    expect(chart(curve as never)).not.toMatch(/NaN|Infinity/);
  });
});
