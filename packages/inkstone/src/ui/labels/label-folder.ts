/** A folder of pictures and their texts: what is a label, what is a draft, and who may change what. */
import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { isFolder, readImageSize } from '../../data/index.js';
import { RunLock } from '../../runs/index.js';
import { InputError, prepareFolder } from '../../system/index.js';
import { refuseLink } from '../folders.js';
import { DraftFiles } from './draft-files.js';
import { LabelFile } from './label-file.js';
import { assertUsable, type Text } from './label-text.js';
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

  private constructor(path: string, lock: RunLock) {
    this.path = path;
    this.#labels = new LabelFile(path);
    this.#drafts = new DraftFiles(join(path, OWN_FOLDER, DRAFTS));
    this.#lock = lock;
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

  names(): string[] {
    return pictureNames(this.path);
  }

  /** The path of a picture; undefined where there is none of that name. */
  fileOf(name: string): string | undefined {
    return pictureFile(this.path, name);
  }

  held(name: string): Held {
    const labels = this.#labels.texts().get(name);
    if (labels !== undefined) return heldAs('confirmed', labels, null);
    const draft = this.#drafts.get(name);
    if (draft === undefined) return NOTHING;
    return heldAs(draft.isEdited ? 'edited' : 'draft', draft.texts, draft.doubt);
  }

  /** Undefined where there is no such picture. @throws DataError for a picture that cannot be read */
  async read(name: string): Promise<PictureLabels | undefined> {
    const file = this.fileOf(name);
    if (file === undefined) return undefined;
    const { width, height } = await readImageSize(file);
    const { state, texts, version } = this.held(name);
    return { name, width, height, state, texts, version };
  }

  /**
   * Saves a person's work. It is on the disk when this returns.
   *
   * @param version of what the person has changed
   * @throws VersionError, InputError for texts that training could not use, RunFileError
   */
  save(name: string, { texts, isConfirmed }: PictureChange, version: string): Held {
    const before = this.held(name);
    if (before.version !== version) throw new VersionError(`${name} was changed elsewhere`);
    assertUsable(name, texts);
    if (isConfirmed) {
      this.#assertUnambiguous(name);
      this.#labels.put(name, texts);
      this.#drafts.remove(name);
    } else {
      // First what is kept, then what is removed: whenever this is killed, one of both is there.
      this.#drafts.put({ picture: name, isEdited: true, doubt: before.doubt, texts });
      if (before.state === 'confirmed') this.#labels.remove(name);
    }
    return this.held(name);
  }

  /** Keeps what the detector has found, unless somebody has worked on the picture meanwhile. */
  saveDraft(name: string, texts: readonly Text[], doubt: number): void {
    const { state } = this.held(name);
    if (state === 'new' || state === 'draft') {
      this.#drafts.put({ picture: name, isEdited: false, doubt, texts });
    }
  }

  close(): void {
    this.#lock.release();
  }

  /** Readers of `labels.json` look for pictures in a folder `images` beside it first. */
  #assertUnambiguous(name: string): void {
    const other = join(this.path, 'images', name);
    if (!existsSync(other)) return;
    throw new InputError(
      `${name} cannot be confirmed: ${other} has the same name, and training would take that for it; rename one`,
    );
  }
}

/** Of a picture that nobody has looked at. */
const NOTHING: Held = { state: 'new', texts: [], doubt: null, version: 'new' };

/** The list is looked at every second, and most of it has not changed. */
const known = new WeakMap<readonly Text[], Held>();

function heldAs(state: PictureState, texts: readonly Text[], doubt: number | null): Held {
  const before = known.get(texts);
  if (before?.state === state && before.doubt === doubt) return before;
  const content = texts.map(({ polygon, transcript, ignore }) => [polygon, transcript, ignore]);
  const digest = createHash('sha256')
    .update(JSON.stringify([state, content]))
    .digest('hex');
  const held = { state, texts, doubt, version: digest.slice(0, VERSION_DIGITS) };
  known.set(texts, held);
  return held;
}
