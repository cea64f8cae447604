/** A folder of pictures and their texts: what is a label, what is a draft, and who may change what. */
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { isFolder, readImageSize } from '../../data/index.js';
import { RunLock } from '../../runs/index.js';
import { InputError, prepareFolder } from '../../system/index.js';
import { refuseLink } from '../folders.js';
import { DraftFiles } from './draft-files.js';
import { assertUsable } from './label-entry.js';
import { LabelFile } from './label-file.js';
import { contentOf, type Text } from './label-text.js';
import { pictureFile, pictureNames } from './pictures.js';
import type { PictureChange, PictureLabels, PictureState } from './protocol.js';

/** Hidden, so that readers of data sets pass it over. */
const OWN_FOLDER = '.inkstone';
const DRAFTS = 'drafts';
const VERSION_DIGITS = 16;

export interface Held {
  readonly state: PictureState;
  readonly texts: readonly Text[];
  readonly doubt: number | null;
  /** Another one for every state and all texts. */
  readonly version: string;
}

/** The picture is no longer what the change was made on. */
export class VersionError extends InputError {}

export class LabelFolder {
  /** Its real path. */
  readonly path: string;
  readonly #labels: LabelFile;
  readonly #drafts: DraftFiles;
  readonly #lock: RunLock;
  /** The pictures that were there at the last look. */
  #listing = '';

  private constructor(path: string, lock: RunLock) {
    this.path = path;
    this.#lock = lock;
    const expectOurs = () => this.expectOurs();
    this.#labels = new LabelFile(path, expectOurs);
    this.#drafts = new DraftFiles(join(path, OWN_FOLDER, DRAFTS), expectOurs);
  }

  /** @throws InputError when there is no such folder, when another process labels it, or when its labels cannot be read */
  static async open(folder: string, say: (line: string) => void): Promise<LabelFolder> {
    if (!isFolder(folder)) throw new InputError(`--data ${folder}: there is no such folder`);
    const path = realpathSync(folder);
    const own = join(path, OWN_FOLDER);
    refuseLink(own);
    refuseLink(join(own, DRAFTS));
    prepareFolder(own);
    const lock = await RunLock.take(own, say, undefined, 'close the other inkstone ui');
    try {
      return new LabelFolder(path, lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** @throws InputError when the folder was moved or replaced, or when its labels cannot be read */
  names(): string[] {
    this.expectOurs();
    const names = pictureNames(this.path);
    const listing = names.join('\n');
    if (listing !== this.#listing) this.#labels.findPictures();
    this.#listing = listing;
    return names;
  }

  /** The path of a picture; undefined where there is none of that name. @throws InputError when the folder was moved or replaced */
  fileOf(name: string): string | undefined {
    this.expectOurs();
    return pictureFile(this.path, name);
  }

  /**
   * Asked for every picture of the list every second, so it leaves it to `names` to see whether the folder is still ours.
   *
   * @throws InputError when the labels cannot be read
   */
  held(name: string): Held {
    const labels = this.#labels.textsOf(name);
    if (labels !== undefined) return heldAs('confirmed', labels, null);
    const draft = this.#drafts.get(name);
    if (draft === undefined) return NOTHING;
    return heldAs(draft.isEdited ? 'edited' : 'draft', draft.texts, draft.doubt);
  }

  /**
   * Undefined where there is no such picture.
   *
   * @throws InputError when the folder was moved or replaced, DataError for a picture that cannot be read
   */
  async read(name: string): Promise<PictureLabels | undefined> {
    const file = this.fileOf(name);
    if (file === undefined) return undefined;
    const { width, height } = await readImageSize(file);
    this.expectOurs();
    const { state, texts, version } = this.held(name);
    return { name, width, height, state, texts, version };
  }

  /**
   * Saves a person's work. It is on the disk when this returns.
   *
   * @param version of what the person has changed
   * @throws VersionError, InputError for texts that training could not use and for a folder that was moved or replaced, RunFileError
   */
  save(name: string, { texts, isConfirmed }: PictureChange, version: string): Held {
    return this.#writing(() => {
      const before = this.held(name);
      if (before.version !== version) throw new VersionError(`${name} was changed elsewhere`);
      assertUsable(name, texts);
      const left = this.#drafts.get(name)?.label;
      if (isConfirmed) {
        this.#labels.put(name, texts, left);
        this.#drafts.remove(name);
      } else {
        const label = this.#labels.labelOf(name) ?? left;
        // First what is kept, then what is removed: whenever this is killed, one of both is there.
        this.#drafts.put({
          picture: name,
          isEdited: true,
          doubt: before.doubt,
          texts,
          ...(label && { label }),
        });
        this.#labels.remove(name);
      }
      return this.held(name);
    });
  }

  /**
   * Keeps what the detector has found, unless somebody has worked on the picture meanwhile.
   *
   * @throws InputError for a folder that was moved or replaced, RunFileError
   */
  saveDraft(name: string, texts: readonly Text[], doubt: number): void {
    this.#writing(() => {
      const { state } = this.held(name);
      if (state === 'new' || state === 'draft') {
        this.#drafts.put({ picture: name, isEdited: false, doubt, texts });
      }
    });
  }

  /** @throws InputError when another folder, or none, stands at the path by now */
  expectOurs(): void {
    if (this.#lock.isHeld) return;
    throw new InputError(
      `${this.path} was moved or replaced while its pictures were labelled; nothing is written there. Start inkstone ui again`,
    );
  }

  close(): void {
    this.#lock.release();
  }

  /** Does what writes, with what is there now. */
  #writing<T>(work: () => T): T {
    // Pictures may have come that a label names.
    this.names();
    try {
      return work();
    } catch (error) {
      // It may have gone in the middle of that, and then this is why.
      this.expectOurs();
      throw error;
    }
  }
}

/** Of a picture that nobody has looked at. */
const NOTHING: Held = { state: 'new', texts: [], doubt: null, version: 'new' };

/** The list is looked at every second, and most of it has not changed. */
const known = new WeakMap<readonly Text[], Held>();

function heldAs(state: PictureState, texts: readonly Text[], doubt: number | null): Held {
  const before = known.get(texts);
  if (before?.state === state && before.doubt === doubt) return before;
  const content = texts.map((text) => [text.id ?? null, contentOf(text)]);
  const digest = createHash('sha256')
    .update(JSON.stringify([state, content]))
    .digest('hex');
  const held = { state, texts, doubt, version: digest.slice(0, VERSION_DIGITS) };
  known.set(texts, held);
  return held;
}
