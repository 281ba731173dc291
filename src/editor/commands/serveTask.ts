/** Tasks of the type `httpServer`: the server runs for as long as one does. */
import { CustomExecution, EventEmitter, l10n, Task, TaskScope, tasks } from 'vscode';
import type { Disposable, Pseudoterminal, TaskDefinition } from 'vscode';
import { forLog } from '../common/words';
import type { Controller } from '../server/controller';
import type { State } from '../server/state';

const matcher = '$httpServer';

/**
 * What runs in the terminal of a task. The matcher of `package.json` knows by its lines, in any language, when the task
 * begins and when the server is there.
 */
class ServeTerminal implements Pseudoterminal {
  readonly #lines = new EventEmitter<string>();
  readonly #ends = new EventEmitter<number>();
  #subscription: Disposable | undefined;
  /** Whether it is this task that has started the server. */
  #isOwn = false;
  #isClosed = false;

  readonly onDidWrite = this.#lines.event;
  readonly onDidClose = this.#ends.event;

  constructor(private readonly controller: Controller) {}

  open(): void {
    this.#isOwn = this.controller.state.kind !== 'running';
    this.#say('> httpServer');
    void this.controller.start().then((state) => {
      if (this.#isClosed) return;
      this.#follow(state);
      this.#subscription = this.controller.onDidChangeState((next) => this.#follow(next));
    });
  }

  /** Who ends the task ends what it has started. */
  close(): void {
    this.#isClosed = true;
    this.#subscription?.dispose();
    if (this.#isOwn) void this.controller.stop();
  }

  #say(line: string): void {
    this.#lines.fire(`${forLog(line)}\r\n`);
  }

  #follow(state: State): void {
    if (state.kind === 'running') this.#say(l10n.t('Serving {0} at {1}', state.site.directory, state.site.url));
    else if (state.kind === 'failed') this.#end(state.problem.message, 1);
    else if (state.kind === 'stopped') this.#end(l10n.t('Stopped.'), 0);
  }

  #end(why: string, code: number): void {
    this.#isOwn = false;
    this.#say(why);
    this.#ends.fire(code);
  }
}

export function provideTasks(controller: Controller): Disposable {
  const taskOf = (definition: TaskDefinition): Task => {
    const execution = new CustomExecution(() => Promise.resolve(new ServeTerminal(controller)));
    const task = new Task(definition, TaskScope.Workspace, l10n.t('serve'), 'httpServer', execution, matcher);
    task.isBackground = true;
    return task;
  };
  return tasks.registerTaskProvider('httpServer', {
    provideTasks: () => [taskOf({ type: 'httpServer' })],
    resolveTask: ({ definition }) => taskOf(definition),
  });
}
