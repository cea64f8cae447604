/** Shows the page that the address names, whenever the address changes. */
import { cachePage } from './cache/cache-page.js';
import { element } from './element.js';
import { labelPage } from './labels/label-page.js';
import { labelsPage } from './labels/labels-page.js';
import type { Page } from './page.js';
import { reportPage } from './precision/report-page.js';
import { verdictsPage } from './precision/verdicts-page.js';
import { comparePage } from './runs/compare-page.js';
import { listPage } from './runs/list-page.js';
import { numericsPage } from './runs/numerics-page.js';
import { runPage } from './runs/run-page.js';

/** By the first name of the address; the other names choose among several. */
const PAGES: ReadonlyMap<string, (names: readonly string[]) => Page> = new Map([
  ['runs', ([name]: readonly string[]) => (name ? runPage : listPage)],
  ['compare', () => comparePage],
  ['labels', ([picture]: readonly string[]) => (picture ? labelPage : labelsPage)],
  ['numerics', () => numericsPage],
  ['precision', ([study]: readonly string[]) => (study ? reportPage : verdictsPage)],
  ['cache', () => cachePage],
]);
const FIRST = 'runs';
/** Pages to which the list of runs leads. */
const BELOW_RUNS = ['compare', 'numerics'];

let leave = new AbortController();

async function show(): Promise<void> {
  leave.abort();
  leave = new AbortController();
  const { signal } = leave;
  const [name, ...names] = location.hash.replace(/^#\/?/, '').split('/').map(decode);
  const page = PAGES.get(name || FIRST)?.(names);
  const main = document.querySelector('main')!;
  main.replaceChildren();
  markPlace(name || FIRST);
  if (page === undefined) {
    main.append(element('h1', {}, 'There is no such page'));
    return;
  }
  document.title = `${page.title(names)} – Inkstone`;
  try {
    await page.show(main, names, signal);
  } catch (error) {
    if (signal.aborted) return;
    if (main.querySelector('h1') === null) main.append(element('h1', {}, page.title(names)));
    main.append(element('p', { class: 'problem', role: 'alert' }, messageOf(error)));
  }
}

/** Says in the navigation where we are. */
function markPlace(name: string): void {
  const place = BELOW_RUNS.includes(name) ? 'runs' : name;
  for (const link of document.querySelectorAll('nav a')) {
    if (link.getAttribute('href') === `#/${place}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

/** An address that somebody has cut off in the middle of a character is shown as it stands. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

// The token has done its work, and need not be copied along with the address.
if (location.search !== '') history.replaceState(null, '', `/${location.hash}`);
addEventListener('hashchange', async () => {
  await show();
  // Whoever listens to the page hears where it went.
  document.querySelector('main')!.focus();
});
// As a link it would lead to another page.
document.querySelector('.skip')!.addEventListener('click', (event) => {
  event.preventDefault();
  document.querySelector('main')!.focus();
});
await show();
