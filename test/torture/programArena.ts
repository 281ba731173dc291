/** The terminal's program with the shim before it: what the process has is the server's, and nobody else's. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { unfinished } from '../support/disk/unfinished';
import { TerminalProgram } from '../support/programs/terminalProgram';
import { RawClient } from '../support/rawClient';
import { temporaryFolder } from '../support/served';
import { openPlain } from '../support/tls';
import { ShimControl, shimPath } from './shim/fault';
import type { Tortured } from './tortured';

export class ProgramArena implements Tortured {
  readonly shim: ShimControl;
  readonly process: string;
  private readonly clients = new Set<RawClient>();

  private constructor(
    private readonly temporary: Awaited<ReturnType<typeof temporaryFolder>>,
    readonly directory: string,
    private readonly program: TerminalProgram,
    private readonly port: number,
  ) {
    this.shim = ShimControl.ofProcess(program.child);
    program.child.once('exit', () => this.shim.fail(this.death()));
    this.process = String(program.child.pid);
  }

  /** @param flags besides the folder, a free port and the access to all of it */
  static async start(flags: readonly string[] = []): Promise<ProgramArena> {
    const temporary = await temporaryFolder();
    const directory = join(temporary.path, 'folder');
    mkdirSync(directory);
    const program = new TerminalProgram([directory, '--port', '0', '--access', 'full', ...flags], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { NODE_OPTIONS: `--require ${shimPath}` },
    });
    return new ProgramArena(temporary, directory, program, await program.port());
  }

  async client(): Promise<RawClient> {
    const socket = await openPlain(this.port, '127.0.0.1').catch(async (error: unknown) => {
      // The port of a program that has died is closed before anybody hears of the death.
      await Promise.race([this.program.ended, setTimeout(1000, undefined, { ref: false })]);
      this.assertAlive();
      throw error;
    });
    const client = RawClient.on(socket);
    this.clients.add(client);
    client.socket.once('close', () => this.clients.delete(client));
    return client;
  }

  unfinished(): string[] {
    return unfinished(this.directory);
  }

  closeClients(): void {
    for (const client of this.clients) client.close();
  }

  assertAlive(): void {
    const { exitCode, signalCode } = this.program.child;
    if (exitCode !== null || signalCode !== null) throw this.death();
  }

  private death(): Error {
    const { child, stderr } = this.program;
    return new Error(`The server died: ${child.exitCode ?? child.signalCode} ${stderr.slice(-3000)}`);
  }

  async remove(): Promise<void> {
    this.closeClients();
    await this.program.stop();
    await this.temporary.remove();
  }
}
