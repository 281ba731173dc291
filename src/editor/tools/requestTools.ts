/** The tools by which an agent looks at requests. What they hand out, strangers have sent: the user is asked, once. */
import { l10n, LanguageModelTextPart, LanguageModelToolResult } from 'vscode';
import type {
  CancellationToken,
  LanguageModelTool,
  LanguageModelToolInvocationOptions,
  PreparedToolInvocation,
} from 'vscode';
import type { RequestSummary } from '../../requestQuestions';
import type { Controller } from '../server/controller';
import { ask } from '../requests/askRequests';
import { filterFrom, termsFrom, waitFor } from '../requests/waitForRequest';
import { untrustedList, untrustedResult } from './toolResult';

/** Of one window: whoever has said yes to one of the tools is not asked again. */
export class Consent {
  #asked = false;
  #given = false;

  /** A tool runs. Where nobody was asked, as some editors do with other extensions, nobody has said yes. */
  give(): void {
    this.#given = this.#asked;
  }

  asking(invocationMessage: string): PreparedToolInvocation {
    if (this.#given) return { invocationMessage };
    this.#asked = true;
    return {
      invocationMessage,
      confirmationMessages: {
        title: l10n.t('Let the agent read requests?'),
        message: l10n.t(
          'It gets what clients have sent to the server, now and later in this window. Whoever sent it may try to steer the agent. Tokens, cookies and keys are masked.',
        ),
      },
    };
  }
}

type Input = Readonly<Record<string, unknown>>;
type Options = LanguageModelToolInvocationOptions<Input>;

const told = (text: string): LanguageModelToolResult => new LanguageModelToolResult([new LanguageModelTextPart(text)]);

abstract class RequestTool implements LanguageModelTool<Input> {
  constructor(
    protected readonly controller: Controller,
    private readonly consent: Consent,
  ) {}

  protected abstract readonly doing: () => string;
  protected abstract answer(input: Input, token: CancellationToken): Promise<string>;

  prepareInvocation(): PreparedToolInvocation {
    return this.consent.asking(this.doing());
  }

  /** The editor does not check the input: what is not as the schema says is not said. */
  async invoke({ input }: Options, token: CancellationToken): Promise<LanguageModelToolResult> {
    this.consent.give();
    return told(await this.answer(input, token));
  }
}

/** Requests in one answer. */
const mostRequests = 100;

export class ListTool extends RequestTool {
  protected readonly doing = (): string => l10n.t('Reading the requests');

  protected async answer(input: Input): Promise<string> {
    const { limit } = input;
    const wanted = typeof limit === 'number' && limit > 0 ? Math.min(Math.floor(limit), mostRequests) : 20;
    const question = { kind: 'list', filter: filterFrom(input), limit: wanted } as const;
    const { requests, more } = await ask(this.controller, question);
    return untrustedList(requests.map(plain), more);
  }
}

export class OneTool extends RequestTool {
  protected readonly doing = (): string => l10n.t('Reading a request');

  protected async answer({ number, shared }: Input): Promise<string> {
    if (typeof number !== 'number') throw new Error('The input must have the number of a request.');
    const { summary, ...rest } = await ask(this.controller, { kind: 'whole', request: number });
    if (summary.shared && shared !== true)
      throw new Error('It is a request of a share: ask for it with "shared": true.');
    return untrustedResult({ ...plain(summary), ...rest });
  }
}

/** Milliseconds to wait if nothing is said: an agent should hear something now and then. */
const usualWait = 60_000;

export class WaitTool extends RequestTool {
  protected readonly doing = (): string => l10n.t('Waiting for a request');

  protected async answer(input: Input, token: CancellationToken): Promise<string> {
    const cancelled = new AbortController();
    const subscription = token.onCancellationRequested(() => cancelled.abort());
    try {
      const { timeoutSeconds } = input;
      const timeout = typeof timeoutSeconds === 'number' ? timeoutSeconds * 1000 : undefined;
      const terms = termsFrom(input, { ...input, timeout }, usualWait);
      const found = await waitFor(this.controller, terms, cancelled.signal);
      return found === undefined ? untrustedList([], 0) : untrustedResult(plain(found));
    } finally {
      subscription.dispose();
    }
  }
}

/** With a time that an agent can read. */
const plain = ({ time, ...rest }: RequestSummary): object => ({ time: new Date(time).toISOString(), ...rest });
