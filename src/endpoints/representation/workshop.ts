/** What the answers of one server are made with, and remembered by: each has its bound. */
import type { Limits } from '../../options';
import { Encoders } from './coding';
import { Digests } from './digest';
import { Listings } from './listings';
import { ResponseCache } from './responseCache';

export class Workshop {
  readonly responses: ResponseCache;
  readonly encoders: Encoders;
  readonly digests: Digests;
  readonly listings: Listings;

  constructor(limits: Limits) {
    this.responses = new ResponseCache(limits.memory);
    this.encoders = new Encoders(limits.encoders);
    this.digests = new Digests(limits.digests);
    this.listings = new Listings(limits);
  }
}
