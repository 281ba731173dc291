/** Answers what is asked about kept requests. What is masked is told only where the question says that it may be. */
import { version } from '../../package.json';
import type { QuestionOf, RequestAnswers, RequestContent, RequestQuestion, WholeRequest } from '../requestQuestions';
import { curlOf, fetchOf } from './commandLines';
import { archiveOf } from './har';
import { linesOf, readable, textOf, valueOf } from './heads';
import { documentOf, editableOf } from './httpForm';
import { maskHead } from './masking';
import { RequestError } from './requestError';
import type { KeptRequest, RequestStore } from './requestStore';
import { octetsToSend, send, type Destination } from './resend';
import { isMeant, summaryOf } from './summary';
import { Waits } from './waiting';

type Answers = {
  readonly [K in RequestQuestion['kind']]: (
    question: QuestionOf<K>,
    id: number,
  ) => RequestAnswers[K] | Promise<RequestAnswers[K]>;
};

export class RequestDesk {
  private readonly waits: Waits;

  /** @param destination where a request is sent again; `shared` for one of a folder shared on the network */
  constructor(
    private readonly store: RequestStore,
    private readonly destination: (shared: boolean) => Destination | undefined,
  ) {
    this.waits = new Waits(store);
  }

  /** @param id of the question, by which it can be cancelled. Rejects with a {@link RequestError}. */
  async answer<K extends RequestQuestion['kind']>(question: QuestionOf<K>, id: number): Promise<RequestAnswers[K]> {
    return this.answers[question.kind](question, id);
  }

  cancel(id: number): void {
    this.waits.cancel(id);
  }

  /** No request comes any more. */
  endWaits(): void {
    this.waits.endAll('The server has stopped.');
  }

  private readonly answers: Answers = {
    list: (question) => this.list(question),
    document: ({ request, words }) => documentOf(this.kept(request), words),
    editable: ({ request }) => editableOf(this.kept(request)),
    whole: ({ request }) => wholeOf(this.kept(request)),
    command: (question) => this.command(question),
    content: ({ request }) => contentOf(this.kept(request)),
    before: ({ request }) => this.store.before(this.kept(request))?.number,
    archive: ({ requests, secrets }) =>
      archiveOf(this.chosen(requests), {
        ...{ version, secrets },
        isSecure: (shared) => this.destination(shared)?.secure === true,
      }),
    wait: (terms, id) => this.waits.begin(id, terms),
    replay: ({ request, text }) => this.replay(this.kept(request), text),
    clear: () => {
      this.store.clear();
    },
  };

  private kept(number: number): KeptRequest {
    const request = this.store.get(number);
    if (request === undefined) throw new RequestError('REQUEST_GONE', 'The request is not kept any more.');
    return request;
  }

  private command({ request, as, site }: QuestionOf<'command'>): RequestAnswers['command'] {
    const kept = this.kept(request);
    const line = (as === 'curl' ? curlOf : fetchOf)(kept, site);
    return { line, whole: kept.content.kind === 'whole' || kept.content.kind === 'none' };
  }

  private list({ filter, limit }: QuestionOf<'list'>): RequestAnswers['list'] {
    const meant = [...this.store.newest()].filter((request) => isMeant(filter, request));
    const { counted, last } = this.store;
    return { requests: meant.slice(0, limit).map(summaryOf), more: Math.max(0, meant.length - limit), counted, last };
  }

  /** In the order in which they came. Those of a share are among all. */
  private chosen(requests: readonly number[] | 'all'): KeptRequest[] {
    const all = [...this.store.newest()].reverse();
    return requests === 'all' ? all : all.filter(({ number }) => requests.includes(number));
  }

  private async replay(request: KeptRequest, text: string | undefined): Promise<number | undefined> {
    const octets = octetsToSend(request, text);
    const destination = this.destination(request.shared);
    if (destination === undefined) throw new RequestError('NO_SERVER', 'The server does not listen any more.');
    return send(octets, destination, this.store);
  }
}

function wholeOf(request: KeptRequest): WholeRequest {
  const { content, requestHead, responseHead } = request;
  const bytes = 'bytes' in content ? content.bytes : undefined;
  const text = bytes === undefined ? undefined : textOf(bytes);
  return {
    summary: summaryOf(request),
    requestHead: readable(maskHead(requestHead)),
    responseHead: readable(maskHead(responseHead)),
    content: content.kind,
    ...(text === undefined ? {} : { text }),
    ...(bytes === undefined || text !== undefined ? {} : { base64: Buffer.from(bytes).toString('base64') }),
  };
}

/** By their media types; what is unknown is octets. */
const endings: Readonly<Record<string, string>> = {
  'application/json': 'json',
  'application/xml': 'xml',
  'text/xml': 'xml',
  'text/plain': 'txt',
  'text/html': 'html',
  'text/csv': 'csv',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'application/pdf': 'pdf',
  'application/zip': 'zip',
  'application/x-www-form-urlencoded': 'txt',
};

function contentOf({ content, requestHead, number }: KeptRequest): RequestContent {
  if (!('bytes' in content)) throw new RequestError('CONTENT_GONE', 'The content of the request was not kept.');
  const head = linesOf(requestHead);
  const type = (valueOf(head, 'content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const ending = /[/+]json$/.test(type) ? 'json' : (endings[type] ?? 'bin');
  const coding = valueOf(head, 'content-encoding')?.toLowerCase();
  const coded = coding === 'gzip' || coding === 'x-gzip' ? '.gz' : coding === 'br' ? '.br' : '';
  // A copy: what is kept must not leave the thread with what is told.
  return { bytes: content.bytes.slice(), whole: content.kind === 'whole', name: `request-${number}.${ending}${coded}` };
}
