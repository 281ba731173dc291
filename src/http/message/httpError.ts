/** The only expected failure: the status to answer and one sentence that says why. */
import type { FieldLine } from './message';

export class HttpError extends Error {
  override readonly name = 'HttpError';

  /**
   * @param status a 4xx or 5xx code
   * @param message one sentence, shown to the client: no secret, no absolute path
   * @param fields further fields of the response, such as `Allow`
   * @param reason what the log says of it
   */
  constructor(
    readonly status: number,
    message: string,
    readonly fields: readonly FieldLine[] = [],
    readonly reason: string = message,
  ) {
    super(message);
  }
}
