import { america, britain } from './english.js';
import { france } from './french.js';
import { germany } from './german.js';
import { indonesia } from './indonesia.js';
import type { Locale } from './locale.js';
import { malaysia } from './malaysia.js';
import { netherlands, sweden } from './northern.js';
import { italy, spain } from './southern.js';

export type { Locale, Ware } from './locale.js';

export const LOCALES: readonly Locale[] = [
  malaysia,
  malaysia,
  malaysia,
  britain,
  america,
  america,
  germany,
  france,
  spain,
  italy,
  netherlands,
  sweden,
  indonesia,
];
