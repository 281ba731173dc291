/** What the site answers, with the fields of rules. */
import { httpErrorOf } from '../common/errorResponse';
import { merge } from '../common/fieldLines';
import { HttpError } from '../../http/message/httpError';
import type { FieldLine, Response } from '../../http/message/message';

/** Fields that decide what a browser makes of a page. */
const decisive = new Set(['content-type', 'content-encoding', 'content-disposition']);

/** The fields of the rules that hold for a request, and which rule it was that led it on. */
export class Dress {
  /** Whether a page may be something else then. */
  readonly isDecisive: boolean;
  /** What lasting responses became: they last, too. */
  private readonly dressed = new WeakMap<Response, Response>();

  constructor(
    private readonly fields: readonly FieldLine[],
    /** For the log. */
    private readonly rule: number | undefined,
  ) {
    this.isDecisive = fields.some(([name]) => decisive.has(name.toLowerCase()));
  }

  /** `response` with the fields in the place of their namesakes. What the answer depends on, it goes on to depend on. */
  wear(response: Response): Response {
    const known = this.dressed.get(response);
    if (known !== undefined) return known;
    const vary = response.fields.filter(([name]) => name.toLowerCase() === 'vary');
    const isVaried = this.fields.some(([name]) => name.toLowerCase() === 'vary');
    const fields = merge(response.fields, this.fields);
    const made: Response = {
      ...response,
      fields: isVaried ? [...fields, ...vary] : fields,
      ...(this.rule !== undefined && { rule: this.rule }),
    };
    if (response.lasting === true) this.dressed.set(response, made);
    return made;
  }

  /** The same of an error. */
  wearError(error: unknown): unknown {
    const known = httpErrorOf(error);
    if (known === undefined || this.fields.length === 0) return error;
    return new HttpError(known.status, known.message, merge(known.fields, this.fields), known);
  }
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
