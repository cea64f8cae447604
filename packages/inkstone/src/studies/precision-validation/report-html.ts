import { escapeXml, htmlTable } from '../html.js';
import { lineChart, type Series } from './chart.js';
import type { CurveName, RunFigures } from './figures.js';
import { costTable, measuresTable, pairsTable, type Report, runsTable } from './report.js';
import type { Verdict } from './verdict.js';

/** The same picture with what either side found on it, as data URIs. */
export interface OverlayPair {
  readonly name: string;
  readonly baseline: string;
  readonly candidate: string;
}

const BASELINE_COLOR = '#1f6feb';
const CANDIDATE_COLOR = '#d4580a';
const VERDICT_COLORS: Readonly<Record<Verdict, string>> = {
  ACCEPTABLE: '#1a7f37',
  MARGINAL: '#9a6700',
  UNACCEPTABLE: '#cf222e',
  INCONCLUSIVE: '#57606a',
};

/** `report.html`: curves and pictures beside the figures, in one file that needs nothing else. */
export function reportHtml(report: Report, overlays: readonly OverlayPair[]): string {
  const { candidate, candidate_precision, verdict, reason, remarks } = report;
  const title = `${candidate} (${candidate_precision}) against fp32`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeXml(title)}: ${verdict}</title><style>${STYLE}</style></head><body>
<h1>${escapeXml(title)}</h1>
<p class="verdict" style="background:${VERDICT_COLORS[verdict]}">${verdict}</p>
<p>${escapeXml(reason)}.</p>
${remarks.map((remark) => `<p>${escapeXml(remark)}</p>`).join('\n')}
<h2>Quality</h2>${htmlTable(measuresTable(report))}
<h2>Cost</h2>${htmlTable(costTable(report))}
<h2>Curves</h2>
<p><span style="color:${BASELINE_COLOR}">■</span> fp32 <span style="color:${CANDIDATE_COLOR}">■</span> ${escapeXml(candidate)}</p>
<div class="charts">${charts(report).join('')}</div>
<h2>Runs</h2>${htmlTable(runsTable(report))}
${overlays.length === 0 ? '' : pictures(overlays, candidate)}
<h2>Settings</h2>${htmlTable(pairsTable(report.settings))}
<h2>Machine</h2>${htmlTable(pairsTable(report.machine))}
</body></html>
`;
}

function charts({ trials, candidate }: Report): string[] {
  const series = (curve: CurveName): Series[] =>
    trials.flatMap((trial) => [
      seriesOf('fp32', trial.baseline, curve, BASELINE_COLOR),
      seriesOf(candidate, trial.candidate, curve, CANDIDATE_COLOR),
    ]);
  return [
    lineChart(series('loss'), { title: 'training loss', smooth: true }),
    lineChart(series('gradient_norm'), {
      title: 'gradient norm before clipping',
      scale: 'log',
      smooth: true,
    }),
    lineChart(series('hmean'), { title: 'validation H-mean (CLEval)' }),
    lineChart(series('hmean_iou'), { title: 'validation H-mean (IoU)' }),
    lineChart(series('hmean_deteval'), { title: 'validation H-mean (DetEval)' }),
    ...(trials.some((trial) => trial.candidate.curves.loss_scale.length > 0)
      ? [lineChart(series('loss_scale'), { title: 'loss scale', scale: 'log' })]
      : []),
  ];
}

function seriesOf(name: string, run: RunFigures, curve: CurveName, color: string): Series {
  return { name: `${name}, seed ${run.seed}`, color, curve: run.curves[curve] };
}

function pictures(overlays: readonly OverlayPair[], candidate: string): string {
  const rows = overlays.map(
    ({ name, baseline, candidate: other }) =>
      `<figure><figcaption>${escapeXml(name)}</figcaption><img src="${baseline}" alt="fp32"><img src="${other}" alt="${escapeXml(candidate)}"></figure>`,
  );
  return `<h2>What was found</h2>
<p>Left fp32, right ${escapeXml(candidate)}.</p>${rows.join('')}`;
}

const STYLE = `
body{font:15px/1.5 system-ui,sans-serif;max-width:1180px;margin:2rem auto;padding:0 1rem;color:#1f2328;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
.verdict{display:inline-block;color:#fff;font-weight:600;padding:.3rem .9rem;border-radius:.3rem;margin:0}
.wide{overflow-x:auto}table{border-collapse:collapse}
th,td{border-bottom:1px solid #d0d7de;padding:.25rem .7rem;text-align:left;white-space:nowrap;font-variant-numeric:tabular-nums}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(420px,1fr));gap:1rem}
svg{width:100%;height:auto;font:11px system-ui,sans-serif}.title{font-weight:600;font-size:13px}
.grid{stroke:#d0d7de}.tick{fill:#57606a}.tick.y{text-anchor:end;dominant-baseline:middle}.tick.x{text-anchor:middle}
figure{margin:0 0 1rem}figure img{width:calc(50% - .5rem);margin-right:.5rem;border:1px solid #d0d7de}
`;
