/** The server in a process of its own, so that its memory and its turns are not those of the test. */
import { serve } from '../../../src/serve';
import type { Options } from '../../../src/options';

/** What the parent may ask: to serve; or how much memory the process has had at most, in KiB. */
export type Question = { readonly serve: Options } | { readonly peak: true };

export type Reply = { readonly port: number } | { readonly peak: number };

const reply = (message: Reply): void => void process.send?.(message);

async function answer(question: Question): Promise<void> {
  if ('peak' in question) {
    reply({ peak: process.resourceUsage().maxRSS });
    return;
  }
  const { address } = await serve(question.serve, { onExchange: () => undefined });
  reply({ port: address.port });
}

process.on('message', (question: Question) => void answer(question));
process.on('disconnect', () => process.exit());
