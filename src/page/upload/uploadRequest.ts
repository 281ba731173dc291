/** One request with content, whose progress is told: `fetch` does not tell it. */

interface UploadRequest {
  readonly method: 'PUT' | 'POST' | 'PATCH';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Blob;
  readonly signal: AbortSignal;
  /** @param sent octets of the body */
  readonly onProgress: (sent: number) => void;
}

export interface Answer {
  /** 0 if there was none. */
  readonly status: number;
  /** The server's own. */
  readonly sentence: string;
  readonly field: (name: string) => string | undefined;
}

const noAnswer: Answer = { status: 0, sentence: '', field: () => undefined };

/** @throws the reason of the signal */
export function send({ method, url, headers, body, signal, onProgress }: UploadRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.setRequestHeader('Accept', 'application/json, text/plain');
    // A type of the blob's own would be told, and nobody asks for it.
    if (headers['Content-Type'] === undefined) request.setRequestHeader('Content-Type', 'application/octet-stream');
    const abort = (): void => request.abort();
    request.upload.onprogress = ({ loaded }) => onProgress(loaded);
    request.onloadend = () => {
      signal.removeEventListener('abort', abort);
      if (signal.aborted) reject(signal.reason as Error);
      else resolve(request.status === 0 ? noAnswer : answerOf(request));
    };
    signal.addEventListener('abort', abort);
    request.send(body);
  });
}

function answerOf(request: XMLHttpRequest): Answer {
  const isSentence = (request.getResponseHeader('Content-Type') ?? '').startsWith('text/plain');
  return {
    status: request.status,
    sentence: (isSentence ? request.responseText.trim() : '') || `${request.status} ${request.statusText}`,
    field: (name) => request.getResponseHeader(name) ?? undefined,
  };
}
