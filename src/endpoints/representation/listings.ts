/** Listings of folders: how many are made at once, and how much memory those may take that are being sent. */
import { Pool } from '../../files/pool';
import { HttpError } from '../../http/message/httpError';
import type { Limits } from '../../options';
import { codedAtOnce } from './coding';

export class Listings {
  private readonly places: Pool;
  private readonly most: number;
  /** In how many answers each long one is being sent. */
  private readonly readers = new Map<Buffer, number>();
  /** How many octets the long listings have together that are being sent. */
  private octets = 0;

  constructor({ listings, listed }: Pick<Limits, 'listings' | 'listed'>) {
    this.places = new Pool(listings);
    this.most = listed;
  }

  /** Makes a listing when there is a place. */
  make(work: () => Promise<Buffer>): Promise<Buffer> {
    return this.places.run(work);
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
      if (this.octets > 0 && this.octets + listing.length > this.most) throw tooMany();
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
