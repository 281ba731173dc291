/** The rooms whose sources are mutated, and the tests that have to notice: units without a socket, for each is run often. */
import type { Lines } from './changes';

export interface MutatedRoom {
  /** By its folder in `src`; where only a part of that is meant, whose files belong together, with the part's name. */
  readonly room: string;
  /** In `src`, where that is not the name. */
  readonly directory?: string;
  /** Its files without `.ts`, where not all of them are mutated. */
  readonly files?: readonly string[];
  /** In `test`, without `.test.ts`. A mutant of what is made when a module is loaded is tried with all of them, in this order. */
  readonly tests: readonly string[];
}

const named = (names: string): string[] => names.split(' ');
const of = (folder: string, names: string): string[] => named(names).map((name) => `${folder}/${name}`);

export const mutatedRooms: readonly MutatedRoom[] = [
  {
    room: 'http/message',
    tests: of(
      'http',
      'conditional date fields httpError negotiate peer range status lists properties structuredFields',
    ),
  },
  { room: 'http/wire', tests: of('http', 'head decoders input encode corpus section lists properties') },
  {
    room: 'endpoints/guard',
    tests: of(
      'endpoints',
      'guardHost guardToken guardCors guardEmbedding guardUser guesses otherUsers guardMachine guardTls guardOrigin',
    ),
  },
  {
    room: 'files',
    files: named('errno exclusion fileError names pace pool'),
    tests: of('files', 'errno names exclusion pace pool'),
  },
  {
    room: 'files:paths',
    directory: 'files',
    files: named('descriptor flushes folder mounts root'),
    tests: [
      ...of('files', 'descriptor folder mounts root flushes plainPath'),
      ...of('endpoints', 'exclusion hidden mountPoint containment symlinks'),
    ],
  },
  { room: 'files/reading:zip', directory: 'files/reading', files: ['zip'], tests: ['files/zip'] },
  {
    room: 'files/reading:files',
    directory: 'files/reading',
    files: named('read siblings small'),
    tests: [...of('files', 'read small siblings'), ...of('endpoints', 'kernelFiles coding')],
  },
  {
    room: 'files/reading:folders',
    directory: 'files/reading',
    files: named('archive archivePlan list'),
    tests: [...of('files', 'listed archive'), 'endpoints/listedAgain'],
  },
  {
    room: 'files/writing:content',
    directory: 'files/writing',
    files: named('backup readyUpload restore temporary uploadGroup'),
    tests: [
      ...of('files', 'temporary readyUpload uploadGroup discard unseen'),
      ...of('endpoints', 'synced copy'),
      'wire/resumable',
    ],
  },
  {
    room: 'files/writing:place',
    directory: 'files/writing',
    files: named('anchors folderCache freeName madeFolders plainPath rights staging uploadTarget wayToTarget'),
    tests: [
      ...of(
        'files',
        'anchors freeName madeFolders rights plainPath wayToTarget staging uploadTarget folderCache readyUpload uploadGroup unseen',
      ),
      ...of('endpoints', 'synced copy'),
    ],
  },
  {
    room: 'files/writing:course',
    directory: 'files/writing',
    files: named('failures flushRounds progress uploads write'),
    tests: [
      ...of('files', 'failures progress flushRounds uploads upload readyUpload uploadGroup discard'),
      ...of('endpoints', 'synced copy'),
    ],
  },
  {
    room: 'files/changing',
    tests: [
      ...of('endpoints', 'removeFolder makeFolder mountPoint specialFiles aliases synced copy move'),
      'wire/trash',
    ],
  },
  {
    room: 'files/unfinished',
    tests: [...of('files', 'journal uploadRecords privateFolder owner serverFolder discard'), 'wire/resumableRestart'],
  },
  {
    room: 'endpoints/storing:fields',
    directory: 'endpoints/storing',
    files: named('destination integrity partHeader refusals removal uploadFields wishes zstdFrame'),
    tests: of('endpoints', 'refusals uploadFields zstdFrame partHeader integrity'),
  },
  {
    room: 'endpoints/storing:requests',
    directory: 'endpoints/storing',
    files: named('arrangement copy precondition store terms'),
    tests: [
      ...of('endpoints', 'terms removeFolder makeFolder copy move store dropBox synced uploadRegistry'),
      'wire/trash',
    ],
  },
  {
    room: 'endpoints/storing:content',
    directory: 'endpoints/storing',
    files: named('decoding form multipart'),
    tests: of('endpoints', 'multipart decoding storeForm'),
  },
  {
    room: 'endpoints/storing:resumable',
    directory: 'endpoints/storing',
    files: named('finishedUpload resumableUpload'),
    tests: of('endpoints', 'resumableUpload uploadRegistry'),
  },
  {
    room: 'endpoints/storing:registry',
    directory: 'endpoints/storing',
    files: named('noting uploadRegistry'),
    tests: of('endpoints', 'noting uploadRegistry'),
  },
];

/** The files of a room that are mutated, as a pattern below the project. */
export const patternOf = ({ room, directory = room, files }: MutatedRoom): string =>
  `src/${directory}/${files === undefined ? '**/*' : `@(${files.join('|')})`}.ts`;

export const isMutated = ({ room, directory = room, files }: MutatedRoom, file: string): boolean => {
  const prefix = `src/${directory}/`;
  return (
    file.startsWith(prefix) && (files === undefined || files.includes(file.slice(prefix.length).replace(/\.ts$/, '')))
  );
};

/** A room of which only some lines are mutated, or all of them where they are undefined. */
export interface Planned extends MutatedRoom {
  readonly lines: readonly Lines[] | undefined;
}

/**
 * What is mutated in a run.
 *
 * @param names of rooms, as they are called in `src` or from there; none for all
 * @param lines that count; undefined for all
 */
export function mutantPlan(names: readonly string[], lines: readonly Lines[] | undefined): Planned[] {
  const asked = names.map((name) => name.replace(/^src\/|\/$/g, ''));
  const unknown = asked.find((name) => !mutatedRooms.some(({ room }) => room === name));
  const known = mutatedRooms.map(({ room }) => room).join(', ');
  if (unknown !== undefined) throw new Error(`No mutants are made of "${unknown}"; there are ${known}.`);
  return mutatedRooms
    .filter(({ room }) => asked.length === 0 || asked.includes(room))
    .map((each) => ({ ...each, lines: lines?.filter(({ file }) => isMutated(each, file)) }))
    .filter((each) => each.lines?.length !== 0);
}
