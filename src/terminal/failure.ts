/** What keeps the server from running, in one sentence. Pure. */
import type { Options } from '../options';
import { quoted, visible } from './sentences';

export function failureOf(error: unknown, options: Options): string {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  const isAboutPort = syscall === 'listen' || syscall === 'bind';
  if (code === undefined) return visible(message);
  return (isAboutPort ? portFailure(code, options) : folderFailure(code, options)) ?? visible(message);
}

function portFailure(code: string, { host, port }: Options): string | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is taken; choose another one with --port, or 0 for any.`;
    case 'EACCES':
    case 'EPERM':
      return `Listening on port ${port} is not permitted; choose one above 1023 with --port.`;
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
      return noAddress(host);
    default:
      return undefined;
  }
}

function folderFailure(code: string, { directory, host }: Options): string | undefined {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return noAddress(host);
    case 'ENOENT':
      return `The folder ${visible(directory)} is not there.`;
    case 'ENOTDIR':
      return `${visible(directory)} is not a folder.`;
    case 'EACCES':
    case 'EPERM':
      return `The folder ${visible(directory)} may not be read.`;
    case 'ELOOP':
      return `The folder ${quoted(directory)} is a link that leads nowhere.`;
    default:
      return undefined;
  }
}

const noAddress = (host: string): string =>
  `The host ${visible(host)} is no address of this machine; choose one with --host.`;
