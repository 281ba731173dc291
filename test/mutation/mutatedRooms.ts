/** The rooms whose sources are mutated, and the tests that have to notice: units without a socket, for each is run often. */
import type { Lines } from './changes';

export interface MutatedRoom {
  /** By its folder in `src`. */
  readonly room: string;
  /** Its files without `.ts`, where not all of them are mutated: those that work on the disk would take hours. */
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
    room: 'endpoints/storing',
    files: named('integrity partHeader uploadFields wishes zstdFrame'),
    tests: of('endpoints', 'uploadFields zstdFrame digest storeForm'),
  },
];

/** The files of a room that are mutated, as a pattern below the project. */
export const patternOf = ({ room, files }: MutatedRoom): string =>
  `src/${room}/${files === undefined ? '**/*' : `{${files.join(',')}}`}.ts`;

const isMutated = ({ room, files }: MutatedRoom, file: string): boolean => {
  const folder = `src/${room}/`;
  return (
    file.startsWith(folder) && (files === undefined || files.includes(file.slice(folder.length).replace(/\.ts$/, '')))
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
