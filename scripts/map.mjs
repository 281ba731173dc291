// The map of the sources: `npm run map` draws it into docs/architecture.md, `npm run map -- --check` says what is not as it
// should be: an arrow that `rooms.mjs` does not have, or has in vain, files that need each other in a circle, a name that nobody
// imports, a file that no program needs, two files or types of one name, a drawing that is out of date.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { doors, programs, rooms, sharedNames, users } from './rooms.mjs';
import { root } from './suites.mjs';

const source = join(root, 'src');
const document = join(root, 'docs/architecture.md');
const marks = ['<!-- map: npm run map -->', '<!-- end of the map -->'];

const names = readdirSync(source, { recursive: true }).map((name) => name.replaceAll('\\', '/'));
const read = (file) => readFileSync(file, 'utf8');
/** By its path in `src`. */
const texts = new Map(names.filter((name) => /\.tsx?$/.test(name)).map((name) => [name, read(join(source, name))]));
/** By its path in `src`: what each file imports. */
const files = new Map([...texts].map(([name, text]) => [name, importsOf(name, text)]));

/** Paths, each with whether only types are imported from there. */
function importsOf(name, text) {
  const found = text.matchAll(/(?:import|export)( type)?(?: [^;'"]*)?(?:from |\(| )'(\.[^']+)'/g);
  const paths = [...found].flatMap(([, type, path]) => {
    const stem = posix.join(posix.dirname(name), path).replace(/\.js$/, '');
    return ['.ts', '.tsx'].map((ending) => [stem + ending, type !== undefined]);
  });
  return new Map(paths.filter(([path]) => names.includes(path)));
}

/** The room that a file is in, or its own name where it is in none. */
const roomOf = (name) => (name.includes('/') ? posix.dirname(name) : name);
const isRoom = (room) => Object.hasOwn(rooms, room);

/** By `FROM TO`: how many imports there are. */
const arrows = new Map();
for (const [name, imports] of files) {
  for (const path of imports.keys()) {
    const arrow = `${roomOf(name)} ${roomOf(path)}`;
    arrows.set(arrow, (arrows.get(arrow) ?? 0) + 1);
  }
}

/** Whether what is in `from` may import what is in `to`. */
function mayUse(from, to) {
  const uses = rooms[from]?.uses ?? doors[from] ?? [];
  if (from === to || uses.includes(to)) return true;
  if (isRoom(to)) return false;
  const isGuest = (guest) => from === guest || from.startsWith(`${guest}/`);
  return !Object.hasOwn(doors, to) || (users[to] ?? []).some(isGuest);
}

/** Files that need each other to run. */
function circles() {
  const done = new Set();
  const found = [];
  const visit = (name, way) => {
    if (way.includes(name)) found.push([...way.slice(way.indexOf(name)), name]);
    if (done.has(name) || way.includes(name)) return;
    for (const [path, isType] of files.get(name)) if (!isType) visit(path, [...way, name]);
    done.add(name);
  };
  for (const name of files.keys()) visit(name, []);
  return found;
}

/** Names that a file hands out and nobody takes, the tests and scripts included: but for what the editor calls. */
function unused() {
  const all = ['test', 'scripts'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:ts|mjs)$/.test(name))
      .map((name) => join(root, folder, name)),
  );
  /** How many files have a word. */
  const holders = new Map();
  for (const text of [...texts.values(), ...all.map(read)]) {
    for (const word of new Set(text.match(/\w+/g))) holders.set(word, (holders.get(word) ?? 0) + 1);
  }
  const declared = /^export (?:async )?(?:const|function\*?|class|interface|type) (\w+)/gm;
  return [...texts]
    .filter(([name]) => name !== 'extension.ts')
    .flatMap(([name, text]) => [...text.matchAll(declared)].map(([, word]) => ({ name, word })))
    .filter(({ word }) => holders.get(word) === 1)
    .map(({ name, word }) => `src/${name} exports ${word}, which nobody imports.`);
}

/** Files that no program needs, though tests may. */
function dead() {
  const alive = new Set(programs);
  for (const name of alive) for (const path of files.get(name)?.keys() ?? []) alive.add(path);
  return [...files.keys()].filter((name) => !alive.has(name)).map((name) => `src/${name} is in no program.`);
}

/** Files of one name, and types of one name that several files hand out: then one word means two things. */
function homonyms() {
  const declared = /^export (?:class|interface|type) (\w+)/gm;
  /** By its name: the files that have it. */
  const holders = new Map();
  for (const [name, text] of texts) {
    const words = [posix.basename(name), ...[...text.matchAll(declared)].map(([, word]) => word)];
    for (const word of words) holders.set(word, [...(holders.get(word) ?? []), `src/${name}`]);
  }
  return [...holders]
    .filter(([word, all]) => all.length > 1 && !sharedNames.includes(word))
    .map(([word, all]) => `${word} is in two places: ${all.join(', ')}.`);
}

function flaws() {
  const found = [...unused(), ...dead(), ...homonyms()];
  for (const way of circles()) found.push(`These need each other in a circle: ${way.join(', ')}.`);
  for (const [name, imports] of files) {
    if (name.includes('/') && !isRoom(roomOf(name))) found.push(`src/${name} is in no room of scripts/rooms.mjs.`);
    for (const path of imports.keys()) {
      const [from, to] = [roomOf(name), roomOf(path)];
      if (!mayUse(from, to)) found.push(`src/${name} imports src/${path}, but ${from} may not use ${to}.`);
    }
  }
  for (const [from, { uses }] of Object.entries(rooms)) {
    for (const to of uses) if (!arrows.has(`${from} ${to}`)) found.push(`${from} may use ${to}, but does not.`);
  }
  return found;
}

const sum = (numbers) => numbers.reduce((all, number) => all + number, 0);
const within = (room) => arrows.get(`${room} ${room}`) ?? 0;
const filesOf = (room) => [...files.keys()].filter((name) => roomOf(name) === room);

function row([room, { about, uses }]) {
  const own = filesOf(room);
  const lines = sum(own.map((name) => texts.get(name).split('\n').length - 1));
  return `| \`${room}\` | ${about} | ${own.length} | ${lines} | ${within(room)} | ${uses.map((other) => `\`${other}\``).join(', ')} |`;
}

function drawing() {
  const own = Object.keys(rooms);
  const inRooms = sum(own.map((room) => filesOf(room).length));
  const inside = sum(own.map(within));
  const between =
    sum([...arrows].filter(([arrow]) => arrow.split(' ').every(isRoom)).map(([, count]) => count)) - inside;
  return [
    `${own.length} rooms have ${inRooms} files, and ${files.size - inRooms} stand beside them. There are ${inside} imports within rooms, and ${between} from one room to another.`,
    '',
    '| Room | What it is about | Files | Lines | Imports within | May use |',
    '| --- | --- | ---: | ---: | ---: | --- |',
    ...Object.entries(rooms).map(row),
  ].join('\n');
}

const text = read(document);
const [before = '', rest = ''] = text.split(marks[0]);
const drawn = `${before}${marks[0]}\n\n${drawing()}\n\n${marks[1]}${rest.split(marks[1])[1] ?? ''}`;
const found = flaws();
if (!process.argv.includes('--check')) writeFileSync(document, drawn);
else if (drawn !== text) found.push('The map in docs/architecture.md is out of date: npm run map.');
for (const flaw of found) console.error(flaw);
process.exitCode = found.length === 0 ? 0 : 1;
