/** Whether a file may be written (RFC 9110 §13.2). */
import { FileError } from '../../files/fileError';
import { OpenFile } from '../../files/reading/read';
import type { Root } from '../../files/root';
import { readOrOpen } from '../../files/reading/small';
import type { Check } from '../../files/writing/write';
import { evaluate, type Validators } from '../../http/message/conditional';
import { HttpError } from '../../http/message/httpError';
import type { Request } from '../../http/message/message';
import { sourceOf } from '../representation/source';
import { validatorsOf } from '../representation/validators';
import { withoutVersions } from './refusals';

const preconditions = ['if-match', 'if-none-match', 'if-unmodified-since'];

/** A check that throws 412 if the file of these segments is not in the state that the request asks for. */
export function preconditionOf(
  request: Pick<Request, 'method' | 'fields'>,
  root: Root,
  segments: readonly string[],
): Check {
  const { method, fields } = request;
  if (!preconditions.some((name) => fields.has(name))) return () => undefined;
  return () => {
    if (evaluate(method, fields, currentValidators(root, segments)) !== 'proceed') {
      throw new HttpError(412, 'The file is not in the state that the request asks for.');
    }
  };
}

function currentValidators(root: Root, segments: readonly string[]): Validators | undefined {
  try {
    const file = readOrOpen(root, segments);
    if (file instanceof OpenFile) file.close();
    return file === undefined ? withoutVersions : validatorsOf(sourceOf(file), []);
  } catch (error) {
    if (error instanceof FileError && error.kind === 'missing') return undefined;
    throw error;
  }
}
