/** `inspect.html`: the findings with pictures that show them, in a folder of its own. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ColoredOutline, renderOutlines } from '../../runs/index.js';
import { InputError, prepareFolder, printable, writeAtomically } from '../../system/index.js';
import { escapeXml, htmlTable } from '../html.js';
import { figuresTable, nothingToChange } from './figures.js';
import { type Place, placeName } from './finding.js';
import type { Inspection, NamedFinding } from './inspect.js';
import type { LabelledSample } from './sample.js';

const PAGE = 'inspect.html';
const PICTURE = /^finding-\d+-\d+\.png$/;
/** By this a page is known as one of ours. */
const MARK = '<meta name="generator" content="inkstone inspect">';
/** Pictures that show one finding. */
const PICTURES = 6;
/** Longest side of a picture on the page. */
const SIDE = 1000;
const COLORS = { label: '#1a7f37', faulty: '#e4002b', better: '#1f6feb' } as const;

/**
 * Says no while nothing has been done yet. The folder may be missing, empty, or hold what an earlier call wrote.
 *
 * @throws InputError when other files are in the folder, or it is none; RunFileError when nothing can be written to it
 */
export function preparePageFolder(folder: string): void {
  const names = namesIn(folder);
  const isOurs = names.includes(PAGE) && readFileSync(join(folder, PAGE), 'utf8').includes(MARK);
  const foreign = names.find((name) => !isOurs || (name !== PAGE && !PICTURE.test(name)));
  if (foreign !== undefined) {
    throw new InputError(
      `${folder}: has other files in it (${printable(foreign)}); choose an empty or new folder for the page`,
    );
  }
  prepareFolder(folder);
}

/** Writes the page and its pictures; returns the page's file. @throws as `preparePageFolder` does */
export async function writePage(inspection: Inspection, folder: string): Promise<string> {
  preparePageFolder(folder);
  for (const name of namesIn(folder)) rmSync(join(folder, name));
  const sections: string[] = [];
  for (const [number, finding] of inspection.findings.entries()) {
    const figures: string[] = [];
    for (const [index, { sample, outlines }] of picturesOf(finding).entries()) {
      const name = `finding-${number + 1}-${index + 1}.png`;
      writeAtomically(join(folder, name), (await renderOutlines(sample.imagePath, outlines, SIDE)).png);
      figures.push(
        `<figure><img src="${name}" loading="lazy" alt=""><figcaption>${safe(sample.imagePath)}</figcaption></figure>`,
      );
    }
    sections.push(section(finding, figures));
  }
  const file = join(folder, PAGE);
  writeAtomically(file, page(inspection, sections));
  return file;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new InputError(`${folder}: is no folder to write the page into (${message})`);
  }
}

interface Picture {
  readonly sample: LabelledSample;
  readonly outlines: readonly ColoredOutline[];
}

/** The first pictures of a finding, each once, with its labels and what is wrong with them. */
function picturesOf({ places }: NamedFinding): Picture[] {
  const bySample = new Map<LabelledSample, Place[]>();
  for (const place of places) {
    if (place.sample) bySample.set(place.sample, [...(bySample.get(place.sample) ?? []), place]);
  }
  return [...bySample].slice(0, PICTURES).map(([sample, found]) => {
    const faulty = new Set(found.map((place) => place.faulty));
    const better = found.flatMap((place) => place.better ?? []);
    const isFaulty = (polygon: Place['faulty']) => better.length > 0 || faulty.has(polygon);
    const labels = sample.instances.map(({ polygon }) => ({
      polygon,
      color: isFaulty(polygon) ? COLORS.faulty : COLORS.label,
    }));
    return { sample, outlines: [...labels, ...better.map((polygon) => ({ polygon, color: COLORS.better }))] };
  });
}

function section({ weight, what, todo, places }: NamedFinding, figures: readonly string[]): string {
  const named = places.slice(0, PICTURES).map((place) => `<li>${safe(placeName(place))}</li>`);
  const more = places.length - named.length;
  return `<section><h2><span class="${weight}">${weight}</span> ${safe(what)}</h2>
<p>${safe(todo)}.</p>
<ul>${named.join('')}${more > 0 ? `<li>and ${more} more</li>` : ''}</ul>
<div class="pictures">${figures.join('')}</div></section>`;
}

function page({ root, splits, findings, advice }: Inspection, sections: readonly string[]): string {
  const overrides = advice.overrides.join(' ');
  const reasons = advice.reasons.map((reason) => `<li>${safe(reason)}</li>`).join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${MARK}
<title>${safe(root)}</title><style>${STYLE}</style></head><body>
<h1>${safe(root)}</h1>
${htmlTable(figuresTable(splits))}
${overrides === '' ? `<p>${nothingToChange(splits)}</p>` : `<p>Suggested: <code>${safe(overrides)}</code></p>\n<ul>${reasons}</ul>`}
${findings.length === 0 ? '<p>Nothing was found.</p>' : LEGEND}
${sections.join('\n')}
</body></html>
`;
}

/** Names of files may hold anything. */
const safe = (text: string): string => escapeXml(printable(text));

const LEGEND = `<p>Labels: <b style="color:${COLORS.label}">green</b>; at fault: <b style="color:${COLORS.faulty}">red</b>; where they would fit:
<b style="color:${COLORS.better}">blue</b>.</p>`;

const STYLE = `
body{font:15px/1.5 system-ui,sans-serif;max-width:1180px;margin:2rem auto;padding:0 1rem;color:#1f2328;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}
h2 span{color:#fff;border-radius:.3rem;padding:.1rem .6rem}
.problem{background:#cf222e}.warning{background:#9a6700}.note{background:#57606a}
.wide{overflow-x:auto}table{border-collapse:collapse}
th,td{border-bottom:1px solid #d0d7de;padding:.25rem .7rem;text-align:left;font-variant-numeric:tabular-nums}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(340px,1fr));gap:1rem}
figure{margin:0}img{width:100%;border:1px solid #d0d7de}figcaption{font-size:13px;overflow-wrap:anywhere}
`;
