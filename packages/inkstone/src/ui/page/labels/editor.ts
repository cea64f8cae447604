/** What can be done with the texts of one picture, by whatever hand: mouse, finger or keyboard. */
import { boundingBox, type Point, type Polygon } from 'inkstone-detect/geometry';
import type { LabelText } from '../../labels/protocol.js';
import type { Drawing } from './draw.js';
import { cutAt, ignoring, isSound, merged, moved, type Size, textBetween, withCorner } from './edits.js';
import type { Session } from './session.js';
import type { Stage } from './stage.js';

/** What the next press on the picture does. */
export type Mode = 'choose' | 'add' | 'split' | 'merge';

const HINTS: Readonly<Record<Mode, string>> = {
  choose: '',
  add: 'Draw a box around the text. Enter puts one in the middle.',
  split: 'Press where the text is cut. Left and right move the cut, Enter cuts.',
  merge: 'Press the text that belongs to the chosen one.',
};
const ZOOM_STEP = 1.4;
const PAN_STEP = 60;
/** Share of a text by which a key moves a cut. */
const CUT_STEP = 0.02;

export class Editor {
  mode: Mode = 'choose';
  /** Of the chosen text, when arrow keys move it alone. */
  corner: number | undefined;
  stage!: Stage;
  readonly session: Session;
  readonly #changed: () => void;
  readonly #say: (text: string) => void;
  /** Instead of what the history holds, while something is dragged. */
  #preview: readonly LabelText[] | undefined;
  #added: Polygon | undefined;
  #cut: Point | undefined;

  /**
   * @param changed called when the tools should be looked at again
   * @param say tells the user, also one who only listens
   */
  constructor(session: Session, changed: () => void, say: (text: string) => void) {
    this.session = session;
    this.#changed = changed;
    this.#say = say;
  }

  get size(): Size {
    return this.session.size;
  }

  get texts(): readonly LabelText[] {
    return this.#preview ?? this.session.history.texts;
  }

  get chosen(): readonly number[] {
    return this.session.history.chosen;
  }

  /** The text that is chosen, if it is one. */
  get only(): number | undefined {
    return this.session.history.only;
  }

  /** Something was begun that is not done yet. */
  get isBusy(): boolean {
    return this.mode !== 'choose' || this.#preview !== undefined || this.#added !== undefined;
  }

  get drawing(): Drawing {
    const cut =
      this.#cut && this.only !== undefined ? cutAt(this.texts[this.only]!, this.#cut)?.line : undefined;
    const theirs = this.session.saver.theirs?.texts ?? [];
    return { texts: this.texts, chosen: this.chosen, corner: this.corner, theirs, cut, added: this.#added };
  }

  /** Ends what was begun. */
  turnTo(mode: Mode): void {
    this.mode = mode;
    this.#preview = undefined;
    this.#added = undefined;
    this.#cut = undefined;
    if (mode === 'split' && this.only !== undefined) this.#cut = this.#middleOf(this.only);
    if (mode !== 'choose') this.#say(HINTS[mode]);
    this.#show();
  }

  choose(chosen: readonly number[]): void {
    this.session.history.choose(chosen);
    this.corner = undefined;
    if (this.mode === 'split') this.turnTo('choose');
    const { only } = this;
    if (only !== undefined) this.#say(`${describe(this.texts, only)}, ${sizeOf(this.texts[only]!)}`);
    else if (chosen.length > 1) this.#say(`${chosen.length} texts chosen`);
    this.#show();
  }

  /** The next or previous one, brought into view. */
  chooseNext(step: 1 | -1): void {
    const { length } = this.texts;
    if (length === 0) {
      this.#say('There is no text on this picture yet');
      return;
    }
    const from = this.chosen.at(-1) ?? (step > 0 ? -1 : length);
    const next = (from + step + length) % length;
    this.choose([next]);
    this.stage.bringIntoView(this.#middleOf(next));
  }

  /** Shows a drag as it goes. */
  preview(texts: readonly LabelText[] | undefined): void {
    this.#preview = texts;
    this.stage.redraw();
  }

  previewAdded(from: Point, to: Point): void {
    this.#added = textBetween(from, to, this.size)?.polygon;
    this.stage.redraw();
  }

  previewCut(at: Point): void {
    this.#cut = at;
    this.stage.redraw();
  }

  movedBy(index: number, dx: number, dy: number): readonly LabelText[] {
    return this.#with(index, (text) => moved(text, dx, dy, this.size));
  }

  withCornerAt(index: number, corner: number, to: Point): readonly LabelText[] {
    return this.#with(index, (text) => withCorner(text, corner, to, this.size));
  }

  /** Takes it as the next step, and saves it. An outline that crosses itself is put back. */
  change(texts: readonly LabelText[], chosen: readonly number[], said: string, kind?: string): void {
    this.#preview = undefined;
    if (chosen.some((index) => !isSound(texts[index]!.polygon))) {
      this.#show();
      this.#say('An outline may not cross itself, and needs an area');
      return;
    }
    this.session.history.change(texts, chosen, kind);
    this.session.save();
    this.turnTo('choose');
    this.#say(said);
  }

  add(from: Point, to: Point): void {
    const text = textBetween(from, to, this.size);
    const texts = [...this.session.history.texts, ...(text ? [text] : [])];
    if (text === undefined) this.turnTo('choose');
    else this.change(texts, [texts.length - 1], `Text ${texts.length} added`);
  }

  /** In the middle of what is seen, for those who draw nothing. */
  addInMiddle(): void {
    const [x, y] = this.stage.middle;
    const half = x / 4;
    const corner = (sign: 1 | -1) => this.stage.toPicture([x + sign * half, y + (sign * half) / 4]);
    this.add(corner(-1), corner(1));
  }

  split(at: Point | undefined = this.#cut): void {
    const { only } = this;
    if (only === undefined || at === undefined) return;
    const { texts } = this.session.history;
    const cut = cutAt(texts[only]!, at);
    if (cut === undefined) this.#say('The text cannot be cut there');
    else this.change(texts.toSpliced(only, 1, ...cut.parts), [only, only + 1], `Text ${only + 1} is two now`);
  }

  /** What is chosen, together with `other` if that is given. With only one text the user is asked for another. */
  merge(other?: number): void {
    const all = new Set([...this.chosen, ...(other === undefined ? [] : [other])]);
    const [first, ...others] = [...all].sort((a, b) => a - b);
    if (first === undefined || others.length === 0) {
      this.turnTo('merge');
      return;
    }
    const { texts } = this.session.history;
    const parts = [first, ...others].map((index) => texts[index]!);
    const one = merged(parts, this.size);
    if (one === undefined) {
      this.#say('These cannot be one text');
      return;
    }
    const left = texts.with(first, one).filter((_, index) => !others.includes(index));
    this.change(left, [first], `${all.size} texts are one now`);
  }

  toggleIgnore(): void {
    const { texts } = this.session.history;
    const ignore = this.chosen.some((index) => !texts[index]!.ignore);
    this.change(
      texts.map((text, index) => (this.chosen.includes(index) ? ignoring(text, ignore) : text)),
      this.chosen,
      ignore ? 'Unreadable: ignored in training' : 'Readable: no longer ignored',
    );
  }

  remove(): void {
    const { texts } = this.session.history;
    const removed = this.chosen.length;
    this.change(
      texts.filter((_, index) => !this.chosen.includes(index)),
      [],
      removed === 1 ? 'Text deleted' : `${removed} texts deleted`,
    );
  }

  /** An arrow key: moves the cut, the corner, the chosen texts, or the picture. */
  nudge(dx: number, dy: number): void {
    const { only, corner, chosen } = this;
    const { texts } = this.session.history;
    if (this.#cut !== undefined && only !== undefined) {
      const { minX, minY, maxX, maxY } = boundingBox(texts[only]!.polygon);
      const step = (dx + dy) * CUT_STEP;
      this.previewCut([this.#cut[0] + step * (maxX - minX), this.#cut[1] + step * (maxY - minY)]);
    } else if (chosen.length === 0) {
      this.stage.pan(-dx * PAN_STEP, -dy * PAN_STEP);
    } else if (only !== undefined && corner !== undefined) {
      const [x, y] = texts[only]!.polygon[corner]!;
      this.change(this.withCornerAt(only, corner, [x + dx, y + dy]), [only], '', `corner ${only} ${corner}`);
    } else {
      const nudged = texts.map((text, index) =>
        chosen.includes(index) ? moved(text, dx, dy, this.size) : text,
      );
      this.change(nudged, chosen, '', `move ${chosen}`);
    }
  }

  /** Arrow keys move one corner after the other, and then the whole again. */
  nextCorner(): void {
    if (this.only === undefined) return;
    const { length } = this.texts[this.only]!.polygon;
    const next = (this.corner ?? -1) + 1;
    this.corner = next < length ? next : undefined;
    this.#say(this.corner === undefined ? 'The whole text' : `Corner ${next + 1} of ${length}`);
    this.#show();
  }

  undo(): void {
    this.#goInTime(this.session.history.undo(), 'Undone');
  }

  redo(): void {
    this.#goInTime(this.session.history.redo(), 'Done again');
  }

  /** Larger or smaller, around the chosen text if there is one. */
  zoom(step: 1 | -1): void {
    if (this.only !== undefined) this.stage.bringIntoView(this.#middleOf(this.only));
    this.stage.zoom(ZOOM_STEP ** step);
  }

  lookAtChosen(): void {
    const points = this.chosen.flatMap((index) => this.texts[index]!.polygon);
    if (points.length === 0) this.stage.lookAtAll();
    else this.stage.lookAt(points);
  }

  /** One step back: from a mode, from a corner, from what is chosen. */
  escape(): void {
    if (this.mode !== 'choose') this.turnTo('choose');
    else if (this.corner === undefined) this.choose([]);
    else {
      this.corner = undefined;
      this.#show();
    }
  }

  /** Others have changed what is shown. */
  follow(): void {
    this.corner = undefined;
    this.turnTo('choose');
  }

  #goInTime(hasGone: boolean, said: string): void {
    if (!hasGone) return;
    this.session.save();
    this.corner = undefined;
    this.turnTo('choose');
    this.#say(said);
  }

  /** From what the history holds: a drag starts there, not at its last preview. */
  #with(index: number, change: (text: LabelText) => LabelText): readonly LabelText[] {
    const { texts } = this.session.history;
    return texts.with(index, change(texts[index]!));
  }

  #middleOf(index: number): Point {
    const { minX, minY, maxX, maxY } = boundingBox(this.texts[index]!.polygon);
    return [(minX + maxX) / 2, (minY + maxY) / 2];
  }

  #show(): void {
    this.stage.redraw();
    this.#changed();
  }
}

/** `Text 3 of 41, unreadable` */
export function describe(texts: readonly LabelText[], index: number): string {
  return `Text ${index + 1} of ${texts.length}${texts[index]!.ignore ? ', unreadable' : ''}`;
}

/** `120 × 31` */
export function sizeOf({ polygon }: LabelText): string {
  const { minX, minY, maxX, maxY } = boundingBox(polygon);
  return `${Math.round(maxX - minX)} × ${Math.round(maxY - minY)}`;
}
