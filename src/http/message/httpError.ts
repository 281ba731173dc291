/** The only expected failure: the status to answer and one sentence that says why. */
import type { Advised, Options } from '../../options';
import type { FieldLine } from './message';

/** What else there is to a failure. */
interface Details {
  /** What the log says of it, where a client must not learn it. */
  readonly reason?: string | undefined;
  /** The option that makes it so, for the log: whoever reads that may set it. */
  readonly option?: keyof Options | undefined;
  /** What the client, too, is given advice on; where that is an option, it is the one that makes it so. */
  readonly advise?: Advised | undefined;
}

export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly reason: string;
  readonly option: keyof Options | undefined;
  readonly advise: Advised | undefined;

  /**
   * @param status a 4xx or 5xx code
   * @param message one sentence, shown to the client: no secret, no absolute path
   * @param fields further fields of the response, such as `Allow`
   */
  constructor(
    readonly status: number,
    message: string,
    readonly fields: readonly FieldLine[] = [],
    { reason = message, advise, option = optionOf(advise) }: Details = {},
  ) {
    super(message);
    this.reason = reason;
    this.option = option;
    this.advise = advise;
  }
}

const optionOf = (advised: Advised | undefined): keyof Options | undefined =>
  advised === 'trash' ? undefined : advised;
