/** Looks at a data set before training: what is in it, what is wrong with it, which settings suit it. */
import type { RunConfig } from '../../runs/index.js';
import { type Advice, advise } from './advice.js';
import { CHECKS } from './checks/index.js';
import { figuresOf, type SplitFigures } from './figures.js';
import { type Finding, WEIGHTS } from './finding.js';
import { type OnProgress, survey } from './survey.js';

export interface Inspection {
  readonly root: string;
  readonly splits: readonly SplitFigures[];
  /** The heaviest first. */
  readonly findings: readonly NamedFinding[];
  readonly advice: Advice;
}

/** A finding with the check that made it. */
export interface NamedFinding extends Finding {
  readonly check: string;
}

/** @throws DataError when there is no data set, or nothing of it can be read */
export async function inspectData(config: RunConfig, onProgress: OnProgress = () => {}): Promise<Inspection> {
  const facts = await survey(config, onProgress);
  const findings: NamedFinding[] = [];
  for (const { name, look } of CHECKS) {
    for (const finding of await look(facts)) findings.push({ check: name, ...finding });
  }
  const heaviness = ({ weight }: Finding) => WEIGHTS.indexOf(weight);
  return {
    root: config.data.root,
    splits: facts.splits.map((split) => figuresOf(split, config)),
    findings: findings.sort((a, b) => heaviness(a) - heaviness(b)),
    advice: advise(facts),
  };
}

/** Whether training could work at all. */
export const isTrainable = ({ findings }: Inspection): boolean =>
  findings.every(({ weight }) => weight !== 'problem');
