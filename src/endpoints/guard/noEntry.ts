/** A refusal of the guard: unlike that of an endpoint, it ends the connection. */
import { HttpError } from '../../http/message/httpError';

export class NoEntry extends HttpError {}
