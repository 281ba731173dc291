/** Many clients that write and read few names, and note down what they did. */
import { setTimeout } from 'node:timers/promises';
import { Random } from '../support/data/random';
import type { RawClient } from '../support/rawClient';
import { digestOf } from './audit';
import type { Operation } from './history';
import type { Tortured } from './tortured';

export interface TrafficAsked {
  readonly seed: number;
  readonly clients: number;
  readonly names: readonly string[];
  /** Most octets of a file. */
  readonly size: number;
  /** How long each client rests between two operations, in milliseconds on an average; 0 by default. */
  readonly pause?: number;
  /** Called when there is no server; throws where there has to be one. */
  readonly onRefused?: () => void;
}

type Noted = Pick<Operation, 'value' | 'outcome'>;

/** One of the clients: what it does follows from the seed, whatever the others do. */
interface Actor {
  readonly id: number;
  readonly random: Random;
  writes: number;
}

/** What is read where there is no file: once there is one, nobody may find none. */
const nothing = 'nothing';

export class Traffic {
  readonly history: Operation[] = [];

  constructor(
    private readonly arena: Pick<Tortured, 'client'>,
    private readonly asked: TrafficAsked,
  ) {}

  /** Every name has something, then all go on until `isOver`; in the end, each name is read once more. */
  async run(isOver: () => boolean): Promise<void> {
    const { names, clients } = this.asked;
    const first = this.actor(0);
    for (const name of names) await this.until('write', name, first);
    await Promise.all(Array.from({ length: clients }, (_, i) => this.work(this.actor(i + 1), isOver)));
    for (const name of names) await this.until('read', name, first);
  }

  private actor(id: number): Actor {
    return { id, random: new Random(this.asked.seed + id), writes: 0 };
  }

  private async until(kind: Operation['kind'], name: string, actor: Actor): Promise<void> {
    while (!(await this.step(await this.connect(), kind, name, actor, false)));
  }

  private async work(actor: Actor, isOver: () => boolean): Promise<void> {
    const { pause = 0 } = this.asked;
    const { random } = actor;
    let client: RawClient | undefined;
    while (!isOver()) {
      client ??= await this.connect();
      const kind = random.integer(2) === 0 ? 'write' : 'read';
      const breaksOff = random.integer(10) === 0;
      if (!(await this.step(client, kind, random.pick(this.asked.names), actor, breaksOff))) client = undefined;
      if (pause > 0) await setTimeout(random.integer(2 * pause));
    }
    client?.close();
  }

  /** As soon as there is a server. */
  private async connect(): Promise<RawClient> {
    for (;;) {
      const client = await this.arena.client().catch(() => undefined);
      if (client !== undefined) return client;
      this.asked.onRefused?.();
      await setTimeout(5);
    }
  }

  /** @returns whether the client can go on */
  private async step(...args: [RawClient, Operation['kind'], string, Actor, boolean]): Promise<boolean> {
    const [client, kind, name, actor, breaksOff] = args;
    const begin = performance.now();
    const { value, outcome } =
      kind === 'write' ? await this.write(client, name, actor, breaksOff) : await this.read(client, name, actor.random);
    this.history.push({ client: actor.id, name, kind, value, begin, end: performance.now(), outcome });
    const isOver = outcome !== 'done' || client.ending !== 'open';
    if (isOver) client.close();
    return !isOver;
  }

  private async write(client: RawClient, name: string, actor: Actor, breaksOff: boolean): Promise<Noted> {
    const { random } = actor;
    const text = `${this.asked.seed} ${actor.id} ${++actor.writes} `;
    const content = Buffer.alloc(text.length + random.integer(this.asked.size), text);
    const value = digestOf(content);
    await client.write(`PUT /files/${name} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${content.length}\r\n\r\n`);
    if (breaksOff) {
      await client.write(content.subarray(0, random.integer(content.length)));
      client.reset();
      return { value, outcome: 'failed' };
    }
    await client.write(content);
    const status = await statusOf(client);
    return { value, outcome: status === undefined ? 'unknown' : status < 300 ? 'done' : 'failed' };
  }

  private async read(client: RawClient, name: string, random: Random): Promise<Noted> {
    await client.write(`GET ${random.integer(2) === 0 ? '/files' : ''}/${name} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    const answer = await client.read().catch(() => undefined);
    if (answer === undefined) return { value: '', outcome: 'unknown' };
    if (answer.status === 404) return { value: nothing, outcome: 'done' };
    return { value: digestOf(answer.body), outcome: answer.status === 200 ? 'done' : 'failed' };
  }
}

const statusOf = async (client: RawClient): Promise<number | undefined> =>
  (await client.read().catch(() => undefined))?.status;
