/** What the site answers, with the fields of rules. */
import { httpErrorOf } from '../common/errorResponse';
import { merge } from '../common/fieldLines';
import { HttpError } from '../../http/message/httpError';
import type { FieldLine, Response } from '../../http/message/message';
import type { Shown } from '../common/shown';

/** Those that the site has to know: parts of a file are labelled otherwise than all of it (RFC 9110 §15.3.7.2). */
const told = /^content-(?:type|encoding)$/i;
/** Every answer has it. */
const given = /^x-content-type-options$/i;
export const isOwed = ([name]: FieldLine): boolean => !given.test(name);
/** RFC 9110 §8: those that tell of a file's content, and so of no sentence or page of ours. */
const descriptive = /^content-(?!security-policy)/i;

/** The fields of the rules that hold for a request, and which rule it was that led it on. */
export class Dress {
  /** What the site has to know of them. */
  readonly shown: Pick<Shown, 'plain' | 'described'>;
  private readonly fields: readonly FieldLine[];
  private readonly onErrors: readonly FieldLine[];
  /** What lasting responses became: they last, too. */
  private readonly dressed = new WeakMap<Response, Response>();

  constructor(
    fields: readonly FieldLine[],
    /** For the log. */
    private readonly rule: number | undefined,
  ) {
    const owed = fields.filter(isOwed);
    const valueOf = (what: string): string | undefined =>
      owed.find(([name]) => name.toLowerCase() === `content-${what}`)?.[1];
    const described = { mediaType: valueOf('type'), coding: valueOf('encoding') };
    // They decide what a browser makes of a page.
    const plain = (described.mediaType ?? described.coding ?? valueOf('disposition')) !== undefined;
    this.shown = { plain, described };
    this.fields = owed.filter(([name]) => !told.test(name));
    this.onErrors = owed.filter(([name]) => !descriptive.test(name));
  }

  /** `response` with the fields in the place of their namesakes. What the answer depends on, it goes on to depend on. */
  wear(response: Response): Response {
    const known = this.dressed.get(response);
    if (known !== undefined) return known;
    const made: Response = {
      ...response,
      fields: over(response.fields, response.status < 400 ? this.fields : this.onErrors),
      ...(this.rule !== undefined && { rule: this.rule }),
    };
    if (response.lasting === true) this.dressed.set(response, made);
    return made;
  }

  /** The same of an error. */
  wearError(error: unknown): unknown {
    const known = httpErrorOf(error);
    if (known === undefined || this.onErrors.length === 0) return error;
    return new HttpError(known.status, known.message, over(known.fields, this.onErrors), known);
  }
}

const isVary = ([name]: FieldLine): boolean => name.toLowerCase() === 'vary';

function over(fields: readonly FieldLine[], rules: readonly FieldLine[]): FieldLine[] {
  const merged = merge(fields, rules);
  return rules.some(isVary) ? [...merged, ...fields.filter(isVary)] : merged;
}

/** How many of them are kept: the rules that hold together are few, but which do is for the client to choose. */
const most = 256;

/** Those in use, so that what lasts is made once. */
export class Wardrobe {
  private readonly known = new Map<string, Dress>();

  /** @param key the same for the same fields and the same rule */
  get(key: string, make: () => Dress): Dress {
    const known = this.known.get(key);
    if (known !== undefined) return known;
    if (this.known.size >= most) this.known.clear();
    const made = make();
    this.known.set(key, made);
    return made;
  }
}
