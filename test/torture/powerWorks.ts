/** Clients that store, move and remove, each change noted with when it began and when it was acknowledged. */
import { Random } from '../support/data/random';
import { field, type RawClient, type RawResponse } from '../support/rawClient';
import type { Arena } from './arena';
import { digestOf } from './audit';
import { request } from './faultWorks';

/** What a name stands for after a change. */
export interface Version {
  /** The digest of its content, or `gone`, or `folder`. */
  readonly value: string;
  /** On the clients' clock. */
  readonly begun: number;
  /** Infinity where it was not. */
  acknowledged: number;
  /** By which answer: the client's port, and its number among those of the connection. */
  answer: string | undefined;
}

/** Octets of a resumable upload that were acknowledged. */
export interface Offset {
  readonly id: string;
  /** Where it goes. */
  readonly name: string;
  readonly content: Buffer;
  readonly offset: number;
  readonly answer: string;
  /** The answer after which nobody counts on it any more. */
  ended: string | undefined;
}

/** What went from one name to another: it is always at one of them. */
export interface Passage {
  readonly from: string;
  readonly to: string;
  readonly value: string;
  readonly answer: string;
  /** The answer before it, since which it was to be there. */
  readonly since: string;
}

export class PowerHistory {
  readonly names = new Map<string, Version[]>();
  readonly offsets: Offset[] = [];
  readonly passages: Passage[] = [];
  acknowledged = 0;
  private clock = 0;

  now(): number {
    return ++this.clock;
  }

  /** What is there before all. */
  begins(name: string, value: string): void {
    this.names.set(name, [{ value, begun: 0, acknowledged: 0, answer: undefined }]);
  }

  changes(name: string, value: string): Version {
    const version: Version = { value, begun: this.now(), acknowledged: Infinity, answer: undefined };
    if (!this.names.has(name)) this.begins(name, 'gone');
    this.names.get(name)?.push(version);
    return version;
  }
}

const large = 150_000;

/** One of the clients, who does one thing after the other. */
export class PowerClient {
  private count = 0;
  private answers = 0;
  private last = '';
  /** What it has for itself. */
  private readonly own = new Map<string, string>();

  private constructor(
    private readonly client: RawClient,
    private readonly number: number,
    private readonly random: Random,
    private readonly history: PowerHistory,
  ) {}

  static async of(arena: Arena, number: number, seed: number, history: PowerHistory): Promise<PowerClient> {
    return new PowerClient(await arena.client(), number, new Random(seed + number * 7919), history);
  }

  async run(works: number): Promise<void> {
    const all = [
      () => this.put(),
      () => this.putLarge(),
      () => this.putNew(),
      () => this.form(),
      () => this.resumable(),
      () => this.copy(),
      () => this.move(),
      () => this.remove(),
      () => this.make(),
    ];
    // Each once, in some order, and then as it comes.
    const first = [...all].sort(() => this.random.integer(2) - 0.5);
    for (let i = 0; i < works; i++) await (first.pop() ?? this.random.pick(all))();
  }

  /** Sends one request; what it changes is acknowledged by its answer, if that is a good one. */
  private async ask(bytes: string, changes: Readonly<Record<string, string>>): Promise<RawResponse> {
    const versions = Object.entries(changes).map(([name, value]) => this.history.changes(name, value));
    await this.client.write(bytes);
    const answer = await this.client.read();
    this.last = `${this.client.socket.localPort} ${++this.answers}`;
    if (answer.status >= 300) throw new Error(`${bytes.slice(0, 60)}: ${answer.status} ${answer.body.toString()}`);
    for (const version of versions) {
      version.answer = this.last;
      version.acknowledged = this.history.now();
      this.history.acknowledged++;
    }
    return answer;
  }

  private content(length = 40): string {
    return `${this.number}/${++this.count} `.padEnd(length, `${this.number}.${this.count},`);
  }

  private async store(name: string, content: string): Promise<void> {
    await this.ask(request(`PUT /files/${name}`, [], content), { [name]: digestOf(content) });
  }

  private shared(): string {
    return `shared/s${this.random.integer(3)}`;
  }

  private mine(): string {
    return `own${this.number}/${this.random.pick(['x', 'y', 'z'])}`;
  }

  private async put(): Promise<void> {
    await this.store(this.shared(), this.content());
  }

  private async putLarge(): Promise<void> {
    await this.store(this.shared(), this.content(large));
  }

  /** Several come to the same new folder. */
  private async putNew(): Promise<void> {
    await this.store(`new${this.count >> 2}/deep/f${this.number}-${this.count}`, this.content());
  }

  private async form(): Promise<void> {
    const folder = `shared`;
    const contents = Object.fromEntries([`p${this.number}`, 's0'].map((name) => [name, this.content()]));
    const parts = Object.entries(contents).map(([name, content]) => {
      return `--x\r\nContent-Disposition: form-data; name="f"; filename="${name}"\r\n\r\n${content}\r\n`;
    });
    const changes = Object.entries(contents).map(
      ([name, content]) => [`${folder}/${name}`, digestOf(content)] as const,
    );
    const fields = ['Content-Type: multipart/form-data; boundary=x'];
    await this.ask(
      request(`POST /files/${folder}/`, fields, `${parts.join('')}--x--\r\n`),
      Object.fromEntries(changes),
    );
  }

  private async resumable(): Promise<void> {
    const name = `own${this.number}/r`;
    const content = this.content(3000);
    const [first, second, third] = [content.slice(0, 1000), content.slice(1000, 2000), content.slice(2000)];
    const begun = await this.ask(request(`PUT /files/${name}`, ['Upload-Complete: ?0'], first), {});
    const place = field(begun, 'location') ?? '';
    const offsets = [this.reached(name, place, content, 1000)];
    const fields = ['Content-Type: application/partial-upload'];
    await this.ask(request(`PATCH ${place}`, [...fields, 'Upload-Offset: 1000', 'Upload-Complete: ?0'], second), {});
    offsets.push(this.reached(name, place, content, 2000));
    const version = this.history.changes(name, digestOf(content));
    await this.ask(request(`PATCH ${place}`, [...fields, 'Upload-Offset: 2000', 'Upload-Complete: ?1'], third), {});
    version.answer = this.last;
    version.acknowledged = this.history.now();
    this.history.acknowledged++;
    for (const offset of offsets) offset.ended = this.last;
  }

  private reached(name: string, place: string, content: string, offset: number): Offset {
    const id = place.slice(place.lastIndexOf('/') + 1);
    const reached: Offset = { id, name, content: Buffer.from(content), offset, answer: this.last, ended: undefined };
    this.history.offsets.push(reached);
    return reached;
  }

  /** Something that nobody else has a hand in. */
  private async something(): Promise<string> {
    const name = this.mine();
    const content = this.content();
    await this.store(name, content);
    this.own.set(name, digestOf(content));
    return name;
  }

  private async copy(): Promise<void> {
    const from = await this.something();
    const to = `own${this.number}/c${this.random.integer(2)}`;
    await this.ask(request(`COPY /files/${from}`, [`Destination: /files/${to}`]), { [to]: this.own.get(from) ?? '' });
  }

  private async move(): Promise<void> {
    const from = await this.something();
    const value = this.own.get(from) ?? '';
    const to = this.random.pick([`own${this.number}/m`, `moved/m${this.number}`]);
    const since = this.last;
    await this.ask(request(`MOVE /files/${from}`, [`Destination: /files/${to}`]), { [from]: 'gone', [to]: value });
    this.history.passages.push({ from, to, value, since, answer: this.last });
  }

  private async remove(): Promise<void> {
    const name = await this.something();
    await this.ask(request(`DELETE /files/${name}`), { [name]: 'gone' });
  }

  private async make(): Promise<void> {
    const name = `own${this.number}/made${++this.count}`;
    await this.ask(request(`MKCOL /files/${name}/`), { [name]: 'folder' });
    if (this.random.integer(2) === 0) await this.store(`${name}/f`, this.content());
  }
}
