import { element } from './element.js';
import type { Page } from './page.js';

export const runsPage: Page = {
  title: () => 'Runs',
  show: (place) => {
    place.append(element('h1', {}, 'Runs'));
  },
};
