/** The names of the documents that show requests. Nothing that a client sent is in them. */
import { Uri } from 'vscode';

/** Of a request to be read. */
export const readScheme = 'http-server-request';
/** Of one to be edited and sent again. */
export const editScheme = 'http-server-edit';

export const readUri = (request: number): Uri =>
  Uri.from({ scheme: readScheme, path: `/request-${request}.http-exchange` });

export const editUri = (request: number): Uri =>
  Uri.from({ scheme: editScheme, path: `/edited-${request}.http-exchange` });

/** The number of the request; undefined for another document. */
export function requestOf({ scheme, path }: Uri): number | undefined {
  const [, number] = /^\/(?:request|edited)-(\d+)\.http-exchange$/.exec(path) ?? [];
  return number !== undefined && (scheme === readScheme || scheme === editScheme) ? Number(number) : undefined;
}
