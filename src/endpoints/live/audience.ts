/** The pages that listen to one server, of several that tell of the same folder: none takes the places of another's. */
import type { Live } from './live';
import type { EventStream } from './eventStream';

export class Audience {
  private readonly open = new Set<EventStream>();

  constructor(readonly live: Live) {}

  /**
   * Begins one more event stream. If there are too many, the one whose client has taken nothing for longest makes room.
   *
   * @param most how many there may be
   */
  join(most: number): EventStream {
    if (this.open.size >= most) this.makeRoom();
    const stream = this.live.streams.add(() => this.open.delete(stream));
    this.open.add(stream);
    return stream;
  }

  /** Ends them all: nobody is to be told of anything. */
  end(): void {
    for (const stream of this.open) stream.giveWay();
    this.open.clear();
  }

  private makeRoom(): void {
    const [first, ...others] = this.open;
    if (first === undefined) return;
    const idle = others.reduce((longest, each) => (each.taken < longest.taken ? each : longest), first);
    this.open.delete(idle);
    idle.giveWay();
  }
}
