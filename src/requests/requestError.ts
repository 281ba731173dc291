/** Why a question about a kept request has no answer; whoever asks has words of their own for each code. */
type RequestErrorCode =
  /** It is not kept any more, or never was. */
  | 'REQUEST_GONE'
  /** Not all of its content was kept. */
  | 'CONTENT_GONE'
  /** There is no server to send it to. */
  | 'NO_SERVER'
  /** What was edited is no request. */
  | 'NO_REQUEST'
  /** What was waited for cannot come any more. */
  | 'WAIT_ENDED';

export class RequestError extends Error {
  override readonly name = 'RequestError';

  constructor(
    readonly code: RequestErrorCode,
    message: string,
  ) {
    super(message);
  }
}
