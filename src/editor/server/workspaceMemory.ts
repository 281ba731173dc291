/** What is remembered for the workspace, without touching its settings. */
import type { Memento } from 'vscode';

/** The folder to serve, when it was picked by hand. */
export interface FolderChoice {
  /** URI of the workspace folder. */
  readonly folder: string;
  /** Path below it, with `/`; undefined: what the setting `root` says. */
  readonly path?: string;
}

interface Port {
  /** What the settings asked for at the time. */
  readonly asked: number;
  readonly used: number;
}

export class WorkspaceMemory {
  readonly #memento: Memento;

  constructor(memento: Memento) {
    this.#memento = memento;
  }

  /** The port that was used the last time `asked` was asked for. */
  port(asked: number): number | undefined {
    const port = this.#memento.get<Port>('port');
    return port?.asked === asked ? port.used : undefined;
  }

  async rememberPort(asked: number, used: number): Promise<void> {
    if (this.port(asked) !== used) await this.#memento.update('port', { asked, used } satisfies Port);
  }

  /** Whether it was told once that the settings serve what the defaults keep back. */
  get knowsExclude(): boolean {
    return this.#memento.get<boolean>('knowsExclude') === true;
  }

  async rememberExclude(): Promise<void> {
    await this.#memento.update('knowsExclude', true);
  }

  get choice(): FolderChoice | undefined {
    return this.#memento.get<FolderChoice>('folder');
  }

  async choose(choice: FolderChoice | undefined): Promise<void> {
    await this.#memento.update('folder', choice);
  }

  /** Goes back to what the settings say, in the same workspace folder. */
  async forgetPath(): Promise<void> {
    const { choice } = this;
    if (choice?.path !== undefined) await this.choose({ folder: choice.folder });
  }
}
