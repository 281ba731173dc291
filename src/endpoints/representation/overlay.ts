/** Texts that are in an editor and not saved: the site shows them in the place of what is on disk. */
import type { Request, Response } from '../../http/message/message';
import type { Answering } from './resource';
import { digestOf, type Source } from './source';

export interface DraftSource extends Source {
  readonly content: Buffer;
}

/** Most drafts that are remembered when they are gone. */
const most = 8;

export class Overlay {
  /** The drafts, by the real path of the file. */
  private readonly drafts = new Map<string, DraftSource>();
  /** The drafts that are gone: what pages saw last, as long as nothing else happened to the file. */
  private readonly gone = new Map<string, DraftSource>();

  /** @param real path of a file that may be served */
  find(real: string): DraftSource | undefined {
    return this.drafts.size === 0 ? undefined : this.drafts.get(real);
  }

  /** Sets the draft of a file; returns whether that changed anything. @param text undefined when it is saved, or given up */
  set(real: string, text: string | undefined): boolean {
    const before = this.drafts.get(real);
    const draft = text === undefined ? undefined : draftOf(Buffer.from(text));
    if (draft === undefined) this.drafts.delete(real);
    else if (draft.version !== before?.version) this.drafts.set(real, draft);
    this.gone.delete(real);
    if (draft === undefined && before !== undefined) this.remember(real, before);
    return draft?.version !== before?.version;
  }

  private remember(real: string, draft: DraftSource): void {
    this.gone.set(real, draft);
    const [oldest] = this.gone.keys();
    if (this.gone.size > most && oldest !== undefined) this.gone.delete(oldest);
  }

  /**
   * Whether pages know already what a change of the file brought: they see its draft, or saw what is now on disk.
   *
   * @param holds whether the file has this content
   */
  anticipates(real: string, holds: (content: Uint8Array) => boolean): boolean {
    if (this.find(real) !== undefined) return true;
    const seen = this.gone.get(real);
    if (seen === undefined) return false;
    if (holds(seen.content)) return true;
    this.gone.delete(real);
    return false;
  }

  /** Forgets all; returns how many there were. */
  clear(): number {
    const count = this.drafts.size;
    this.drafts.clear();
    this.gone.clear();
    return count;
  }
}

const draftOf = (content: Buffer): DraftSource => ({
  content,
  version: `${digestOf(content)}-draft`,
  modified: undefined,
});

/** A file in whose place a draft may be. */
export class Draftable implements Answering {
  readonly copies: number;

  /**
   * @param real path of the file
   * @param show what shows a draft
   */
  constructor(
    private readonly saved: Answering,
    private readonly real: string,
    private readonly overlay: Overlay,
    private readonly show: (draft: DraftSource) => Answering,
  ) {
    this.copies = saved.copies ?? 1;
  }

  answer(request: Request): Response | Promise<Response> {
    const draft = this.overlay.find(this.real);
    return (draft === undefined ? this.saved : this.show(draft)).answer(request);
  }
}
