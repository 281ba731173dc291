import { mock } from 'node:test';

/** What one suite has put in the place of methods; what others have in that of theirs stays, unlike with `mock.restoreAll`. */
export class Mocks {
  private readonly restores: (() => void)[] = [];

  readonly method = ((...args: Parameters<typeof mock.method>) => {
    const mocked = mock.method(...args);
    this.restores.push(() => mocked.mock.restore());
    return mocked;
  }) as typeof mock.method;

  restore(): void {
    for (const each of this.restores.splice(0).reverse()) each();
  }
}

/** The system's word for what went wrong, as the runtime throws it. */
export const systemError = (code: string): Error => Object.assign(new Error(`${code}: told by a test`), { code });
