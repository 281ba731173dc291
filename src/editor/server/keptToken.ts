/** A token that was generated here, kept where the editor keeps secrets: it outlives the session, and is in no file. */
import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'vscode';
import type { Disposable, SecretStorage } from 'vscode';

const name = 'token';

export class KeptToken implements Disposable {
  readonly #secrets: SecretStorage;
  readonly #changes = new EventEmitter<void>();
  readonly #subscription: Disposable;

  /** Fires when the token has become another one, or none, in whatever window that was done. */
  readonly onDidChange = this.#changes.event;

  constructor(secrets: SecretStorage) {
    this.#secrets = secrets;
    this.#subscription = secrets.onDidChange(({ key }) => {
      if (key === name) this.#changes.fire();
    });
  }

  /** Resolves to the token, empty if there is none. */
  async get(): Promise<string> {
    return (await this.#secrets.get(name)) ?? '';
  }

  async generate(): Promise<void> {
    await this.#secrets.store(name, randomBytes(24).toString('base64url'));
  }

  async forget(): Promise<void> {
    await this.#secrets.delete(name);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changes.dispose();
  }
}
