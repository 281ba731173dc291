/** Preconditions (RFC 9110 §13). Pure. */
import { parseHttpDate } from './date';
import type { Fields } from './fields';

/** The state of what a request is about. */
export interface Validators {
  /** Entity tag of the selected representation, quotes and all. */
  readonly etag: string;
  /** Entity tags of all current representations, the selected one among them. */
  readonly etags: readonly string[];
  /** When it was modified, in milliseconds since the epoch; undefined if nobody knows. */
  readonly modified: number | undefined;
}

/** `notModified`: answer 304. `failed`: answer 412. */
export type Outcome = 'proceed' | 'notModified' | 'failed';

/** A condition that is not there, or that must be ignored, is neither true nor false. */
type Condition = boolean | undefined;

/**
 * Evaluates the preconditions of a request in the order of RFC 9110 §13.2.2, but for If-Range.
 *
 * @param current undefined when there is no current representation
 */
export function evaluate(method: string, fields: Fields, current: Validators | undefined): Outcome {
  const reads = method === 'GET' || method === 'HEAD';
  const unless: Outcome = reads ? 'notModified' : 'failed';
  if ((ifMatch(fields, current) ?? ifUnmodifiedSince(fields, current)) === false) return 'failed';
  const ifNone = ifNoneMatch(fields, current, reads);
  if (ifNone !== undefined) return ifNone ? 'proceed' : unless;
  return reads && ifModifiedSince(fields, current) === false ? 'notModified' : 'proceed';
}

/** §13.1.1: strong comparison with any current representation. Their tags are strong, so a weak one equals none. */
function ifMatch(fields: Fields, current: Validators | undefined): Condition {
  const tags = entityTags(fields, 'if-match');
  if (tags === undefined) return undefined;
  if (current === undefined || tags === 'malformed') return false;
  return tags === '*' || tags.some((tag) => current.etags.includes(tag));
}

/** §13.1.2: weak comparison with the selected representation. A value that cannot be read must not let a write through. */
function ifNoneMatch(fields: Fields, current: Validators | undefined, reads: boolean): Condition {
  // What nearly every client sends needs no list to be read.
  if (current !== undefined && fields.get('if-none-match') === current.etag) return false;
  const tags = entityTags(fields, 'if-none-match');
  if (tags === undefined) return undefined;
  if (tags === 'malformed') return reads;
  if (current === undefined) return true;
  const opaque = withoutWeakness(current.etag);
  return tags !== '*' && !tags.some((tag) => withoutWeakness(tag) === opaque);
}

/** §13.1.3: ignored where there is no date of modification. */
function ifModifiedSince(fields: Fields, current: Validators | undefined): Condition {
  const since = dateOf(fields, 'if-modified-since');
  return since === undefined || current?.modified === undefined
    ? undefined
    : seconds(current.modified) > seconds(since);
}

/** §13.1.4: ignored likewise. */
function ifUnmodifiedSince(fields: Fields, current: Validators | undefined): Condition {
  const since = dateOf(fields, 'if-unmodified-since');
  return since === undefined || current?.modified === undefined
    ? undefined
    : seconds(current.modified) <= seconds(since);
}

/**
 * §13.1.5: whether Range may be acted upon. A date counts only if it is a strong validator (§8.8.2.2): the second in
 * which the file was modified must be over, or it might be modified once more within it.
 */
export function ifRange(fields: Fields, current: Validators, now = Date.now()): boolean {
  const value = fields.get('if-range');
  if (value === undefined) return true;
  if (value.startsWith('"')) return value === current.etag;
  if (current.modified === undefined) return false;
  const date = parseHttpDate(value);
  const modified = seconds(current.modified);
  return date !== undefined && seconds(date) === modified && modified < seconds(now);
}

const seconds = (ms: number): number => Math.floor(ms / 1000);
const withoutWeakness = (tag: string): string => (tag.startsWith('W/') ? tag.slice(2) : tag);

/** Of several lines, no date can be told: the field is ignored. */
function dateOf(fields: Fields, name: string): number | undefined {
  const value = fields.get(name);
  return value === undefined ? undefined : parseHttpDate(value);
}

/** §8.8.3, a list of them (§5.6.1), which may have empty members. */
const entityTag = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g;
const entityTagList = /^[ \t,]*(?:(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"[ \t]*(?:,[ \t,]*|$))+$/;

function entityTags(fields: Fields, name: string): string[] | '*' | 'malformed' | undefined {
  const value = fields.get(name);
  if (value === undefined || value === '*') return value;
  return entityTagList.test(value) ? (value.match(entityTag) ?? []) : 'malformed';
}
