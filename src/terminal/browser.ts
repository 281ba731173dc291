/** Opens an address in the user's browser. */
import { once } from 'node:events';
import open from 'open';

/**
 * Resolves when the browser was asked, or with why it was not.
 *
 * @param url without any secret: other users can read the command line of a program
 */
export async function openPage(url: string): Promise<string | undefined> {
  try {
    const program = await open(url);
    // What is started may find out only now that there is no browser.
    const [code] = program.exitCode === null ? ((await once(program, 'exit')) as [number | null]) : [program.exitCode];
    return code === 0 ? undefined : `the program that opens it ended with ${code ?? 'a signal'}`;
  } catch (error) {
    return (error as Error).message;
  }
}
