/** On what terms files are stored: in the place of what is there or, in a drop box, beside it and without a word of it. */
import { FileError, type FileErrorKind } from '../../files/fileError';
import type { Root } from '../../files/root';
import { isTaken } from '../../files/writing/freeName';
import type { Goal } from '../../files/writing/uploads';
import { failureOf } from '../../files/writing/failures';
import type { Check, Stored } from '../../files/writing/write';
import { evaluate } from '../../http/message/conditional';
import { HttpError } from '../../http/message/httpError';
import { encodeSegment } from '../common/path';
import type { CreatingRequest } from './noting';
import { preconditionOf } from './precondition';
import { withoutVersions } from './refusals';

export interface Terms {
  /** How the content of the request is to be stored at these segments. @throws FileError */
  readonly goal: (request: CreatingRequest, segments: readonly string[]) => Goal;
  /** What its client hears of a failure. */
  readonly explain: (error: unknown) => unknown;
  /** The name by which it is found then: the last segment of its path. */
  readonly nameOf: (segments: readonly string[], stored: Stored) => string;
  /** Whether each folder has a page; else the topmost alone has one. */
  readonly hasPages: boolean;
}

export const openTerms = (root: Root): Terms => ({
  goal: (request, segments) => ({ root, segments, check: preconditionOf(request, root, segments) }),
  explain: (error) => error,
  nameOf: (segments) => segments.at(-1) ?? '',
  hasPages: true,
});

/** POST finds another name where one is taken; PUT means the name, so that it is refused. */
export const dropBoxTerms = (root: Root): Terms => ({
  goal: (request, segments) => {
    refuseExcluded(root, segments);
    const isNumbered = request.method === 'POST';
    return { root, segments, isNumbered, check: isNumbered ? newOnly(request) : freeOnly(request, root, segments) };
  },
  explain: withoutTelling,
  nameOf: (_, { path }) => path.slice(path.lastIndexOf('/') + 1),
  hasPages: false,
});

/** What is excluded by its name is, whether it is there or not. */
function refuseExcluded(root: Root, segments: readonly string[]): void {
  try {
    root.locate(segments);
  } catch (error) {
    const failure = failureOf(error);
    throw failure instanceof FileError && failure.kind === 'protected'
      ? new HttpError(403, failure.message, [], { reason: 'It is excluded.', option: 'exclude' })
      : failure;
  }
}

/** Of what is there, no validators count: they would tell of it. */
function newOnly({ method, fields }: CreatingRequest): Check {
  return () => {
    if (evaluate(method, fields, undefined) !== 'proceed') throw unmet();
  };
}

function freeOnly({ method, fields }: CreatingRequest, root: Root, segments: readonly string[]): Check {
  return () => {
    const taken = isTaken(root, segments);
    if (evaluate(method, fields, taken ? withoutVersions : undefined) !== 'proceed') throw unmet();
    if (taken) throw nameTaken();
  };
}

/** What these say differs by what is there. */
const telling: readonly FileErrorKind[] = [
  ...(['missing', 'hidden', 'protected', 'denied', 'folder', 'parentIsFile', 'noParent', 'occupied', 'fixed'] as const),
];

function withoutTelling(error: unknown): unknown {
  return error instanceof FileError && telling.includes(error.kind) ? nameTaken() : error;
}

const unmet = (): HttpError => new HttpError(412, 'The file is not in the state that the request asks for.');
const nameTaken = (): HttpError => new HttpError(409, 'That name is taken.');

/** The path by which what was stored at these segments is found. */
export const locationOf = (segments: readonly string[], name: string): string =>
  `/files/${[...segments.slice(0, -1), name].map(encodeSegment).join('/')}`;
