/** Listings of folders: how many are made at once, and how much memory those may take that are being sent, or remembered. */
import { Pace } from '../../files/pace';
import { Pool } from '../../files/pool';
import { listFolder, type Entry, type Listing } from '../../files/reading/list';
import type { Root } from '../../files/root';
import { HttpError } from '../../http/message/httpError';
import type { Limits } from '../../options';
import { Coalesced } from './coalesced';
import { codedAtOnce } from './coding';

/** How a listing is written. */
export interface ListForm {
  readonly name: 'json' | 'rows';
  readonly write: (entries: readonly Entry[], pace: Pace) => Promise<Buffer>;
}

/** The last listing of a folder, and what was written of it. */
interface Remembered {
  readonly listing: Listing;
  readonly texts: Readonly<Partial<Record<ListForm['name'], Buffer>>>;
  /** In octets, estimated. */
  readonly cost: number;
}

/** What a folder, and what each name in it, takes beside the text. */
const folderCost = 8192;
const nameCost = 128;

const costOf = ({ looks }: Listing, texts: Remembered['texts']): number =>
  Object.values(texts).reduce((sum, { length }) => sum + length, folderCost) +
  looks.reduce((sum, { name }) => sum + nameCost + 2 * name.length, 0);

export class Listings {
  private readonly places: Pool;
  /** In how many answers each long one is being sent. */
  private readonly readers = new Map<Buffer, number>();
  /** How many octets the long listings have together that are being sent. */
  private octets = 0;
  private readonly work = new Coalesced<Buffer>();
  /** By the real paths of the folders; the one listed last is the last. */
  private readonly remembered = new Map<string, Remembered>();
  /** What they cost together. */
  private cost = 0;

  constructor(private readonly limits: Pick<Limits, 'listings' | 'listed' | 'listingMemory'>) {
    this.places = new Pool(limits.listings);
  }

  /**
   * The folder as it is now: one reading for all who ask meanwhile, when there is a place.
   *
   * @param folder its real path's segments, by whatever path they have come to it
   */
  get(root: Root, folder: readonly string[], form: ListForm, signal: AbortSignal): Promise<Buffer> {
    const path = folder.join('/');
    return this.work.get(`${form.name} ${path}`, signal, (own) =>
      this.places.run(async () => {
        const pace = await Pace.begin(own);
        const before = this.remembered.get(path);
        const listing = await listFolder(root, folder, pace, before?.listing);
        const known = before?.listing === listing ? before.texts : {};
        const text = known[form.name] ?? (await form.write(listing.entries, pace));
        this.remember(path, listing, { ...known, [form.name]: text });
        return text;
      }),
    );
  }

  private remember(path: string, listing: Listing, texts: Remembered['texts']): void {
    this.cost -= this.remembered.get(path)?.cost ?? 0;
    this.remembered.delete(path);
    if (listing.proof === undefined) return;
    const cost = costOf(listing, texts);
    this.remembered.set(path, { listing, texts, cost });
    this.cost += cost;
    for (const [oldest, its] of this.remembered) {
      if (this.cost <= this.limits.listingMemory) return;
      this.remembered.delete(oldest);
      this.cost -= its.cost;
    }
  }

  /**
   * Counts a listing for as long as it is sent in one more answer: it is in memory until its slowest reader has it. One
   * alone may be as long as it is.
   *
   * @returns what is to be called once, when the answer is over
   * @throws HttpError 503 if long listings take too much memory already
   */
  hold(listing: Buffer): () => void {
    // The number of connections bounds what is short.
    if (listing.length <= codedAtOnce) return () => undefined;
    const readers = this.readers.get(listing) ?? 0;
    if (readers === 0) {
      if (this.octets > 0 && this.octets + listing.length > this.limits.listed) throw tooMany();
      this.octets += listing.length;
    }
    this.readers.set(listing, readers + 1);
    return () => this.release(listing);
  }

  private release(listing: Buffer): void {
    const readers = (this.readers.get(listing) ?? 1) - 1;
    if (readers > 0) this.readers.set(listing, readers);
    else if (this.readers.delete(listing)) this.octets -= listing.length;
  }
}

const tooMany = (): HttpError => new HttpError(503, 'Too many long listings are being read.', [['Retry-After', '10']]);
